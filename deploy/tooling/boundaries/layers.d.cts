/** What the boundaries' own test needs to know of the rules. */
export declare const forbidden: readonly { readonly name: string }[];
