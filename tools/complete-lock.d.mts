export function missingEntries(lock: { readonly packages: { readonly [path: string]: object } }): { readonly [path: string]: object };
