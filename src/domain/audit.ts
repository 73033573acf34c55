/** What an operator changed: who, when, on what, from what to what. */

export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /**
   * `cli:root`, `cli:uid 1001`, `freepbx:admin`, `user:alice`, `token:backup`, `api`, `service`,
   * `first-use`, `firmware-drift`. Never a secret.
   */
  readonly who: string;
  /**
   * `lock`, `unlock`, `clear`, `mode`, `fallback`, `model-add`, `model-edit`, `model-remove`, `settings`, `import`,
   * `user-add`, `user-password`, `user-remove`, `token-add`, `token-remove`, `enrolment-code` (with whom it was mailed to),
   * `enrolment-cancel`, `enrol`, `grant`, `grant-remove`.
   */
  readonly action: string;
  /** An extension, a model's id, `system`, `user:alice`, or `token:` and its id. */
  readonly target: string;
  /** One line: what it was and what it is now. */
  readonly detail: string;
}
