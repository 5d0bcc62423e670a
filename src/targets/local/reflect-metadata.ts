// The certificate library's container asks for the metadata half of Reflect, a proposal that engines never took up. It uses three
// functions of it, at load time and on its own classes only; these are enough, and step aside when a full version is there.
type Key = string | symbol;
type Table = Map<Key, unknown>;
interface MetadataReflect {
  defineMetadata?: (key: Key, value: unknown, on: object) => void;
  getOwnMetadata?: (key: Key, on: object) => unknown;
  getMetadata?: (key: Key, on: object) => unknown;
}

/** Gives the global Reflect the metadata functions that are missing; does nothing when they are there. */
export function ensureReflectMetadata(): void {
  const reflect = Reflect as MetadataReflect;
  if (reflect.getMetadata !== undefined) return;
  const tables = new WeakMap<object, Table>();
  const own = (key: Key, on: object): unknown => tables.get(on)?.get(key);
  reflect.defineMetadata = (key, value, on) => {
    const table = tables.get(on) ?? new Map<Key, unknown>();
    tables.set(on, table.set(key, value));
  };
  reflect.getOwnMetadata = own;
  reflect.getMetadata = (key, on) => {
    for (let at: object | null = on; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      if (tables.get(at)?.has(key) === true) return own(key, at);
    }
    return undefined;
  };
}
