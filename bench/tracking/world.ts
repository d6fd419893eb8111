/** What the sections of the table of tracking share. */
export interface TrackingWorld {
  readonly rounds: number;
  /** Of the work: 1, or less where the targets do not apply. */
  readonly scale: number;
  /** The command line that is measured. */
  readonly mlo: readonly string[];
  /** A python that has MLflow. */
  readonly mlflow: string | undefined;
  /** A new empty folder on the disk that is measured; gone at the end. */
  folder(name: string): string;
}
