/** 32 bits for what has to differ, and is no secret. */
export function random32(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
