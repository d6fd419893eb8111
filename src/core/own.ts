/** What a map has under a name that the user chose; what JavaScript gives every object, such as `constructor`, is nothing. */
export function own<T>(map: { readonly [name: string]: T } | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
