export function mendLock<Lock extends { readonly packages: { readonly [path: string]: object } }>(lock: Lock): Lock;
