/** In place of cdktf's own, which is dear and which only the message of an unresolvable token shows. */
export function captureStackTrace(): string[] {
  return [];
}
