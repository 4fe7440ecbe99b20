/** No message of ours is larger: far above any contract's bound, far below what makes a broker suffer. */
export const maxBodyBytes = 8 * 1024 * 1024;
