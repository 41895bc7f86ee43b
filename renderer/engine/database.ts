/** IndexedDB as promises. The caller signs and computes before it opens a transaction: an await in between lets it commit by itself. */

export function openDatabase(
  factory: IDBFactory,
  name: string,
  stores: Readonly<Record<string, IDBObjectStoreParameters>>,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = factory.open(name, 1);
    opening.onupgradeneeded = () => {
      for (const [store, parameters] of Object.entries(stores)) opening.result.createObjectStore(store, parameters);
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error(`the database ${name} does not open`));
  });
}

export function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the database did not answer'));
  });
}

/** Resolves when the transaction is on disk as durably as it asked for. */
export function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the database took the change back'));
    transaction.onerror = () => reject(transaction.error ?? new Error('the database refused the change'));
  });
}

export const readAll = <T>(database: IDBDatabase, store: string): Promise<T[]> =>
  answered<T[]>(database.transaction(store, 'readonly').objectStore(store).getAll() as IDBRequest<T[]>);

export const readOne = <T>(database: IDBDatabase, store: string, key: IDBValidKey): Promise<T | undefined> =>
  answered<T | undefined>(database.transaction(store, 'readonly').objectStore(store).get(key) as IDBRequest<T | undefined>);

export async function writeOne(database: IDBDatabase, store: string, key: IDBValidKey, value: unknown): Promise<void> {
  const transaction = database.transaction(store, 'readwrite');
  transaction.objectStore(store).put(value, key);
  await committed(transaction);
}
