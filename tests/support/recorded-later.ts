/** What a recorded case needs that is not there yet. */
export interface Later {
  needs: "system";
  /** Recorded configurations that are left out with all their cases. */
  configs: readonly string[];
}

/** The recorded cases that are not yet run. What gets built is taken out of here, and its cases run. */
export const LATER: readonly Later[] = [{ needs: "system", configs: ["system"] }];
