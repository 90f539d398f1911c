/**
 * `text` without the characters at its ends that are a `mark`. A pattern such as `[./]+$` would look
 * at a run of marks again from each of its places, which takes the square of its length.
 */
export function withoutEdges(text: string, mark: RegExp): string {
  let end = text.length;
  while (end > 0 && mark.test(text.charAt(end - 1))) end -= 1;
  let start = 0;
  while (start < end && mark.test(text.charAt(start))) start += 1;
  return text.slice(start, end);
}
