/** The tag for a text that people write about a run; MLflow shows it as the description. */
export const NOTE_TAG = 'mlflow.note.content';
