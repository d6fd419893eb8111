export interface InstallChange {
  readonly what: 'config' | 'attributes' | 'hook';
  /** Key of the Git configuration, or absolute path of the file. */
  readonly name: string;
  /** `kept`: it is somebody else's, and was left as it is. */
  readonly change: 'added' | 'updated' | 'removed' | 'unchanged' | 'kept';
  /** Of what was kept: why, and what to add to it by hand. */
  readonly why?: string;
  readonly line?: string;
}
