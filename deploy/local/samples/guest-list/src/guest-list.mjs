/** Names are compared without case and surplus spaces. */
export function normalise(name) {
  return name.trim().toLowerCase();
}

/** The guests who are not banned, in the order in which they came. */
export function admit(guests, banned) {
  const refused = banned.map(normalise);
  return guests.filter((guest) => !refused.includes(normalise(guest)));
}

/** How many of the invited came. */
export function attendance(invited, present) {
  const names = present.map(normalise);
  let came = 0;
  for (const guest of invited) {
    if (names.includes(normalise(guest))) came += 1;
  }
  return { invited: invited.length, came, missing: invited.length - came };
}
