/** A word of a line: folded for comparison, with its place in the line's text. */
export interface Token {
  word: string;
  start: number;
  end: number;
  /** Joined to the next word by a hyphen: "RECHNUNGS-KORREKTUR" is also read as one word. */
  hyphen: boolean;
}

/** A phrase met in a line: tokens `from` up to, not including, `to`. */
export interface PhraseMatch<T> {
  value: T;
  from: number;
  to: number;
}

/** Lower case, without accents, ligatures and `ß`: OCR and people write them differently. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o');
}

/** Words (letters, digits, underscores) of a line. */
export function tokenize(text: string): Token[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)].map(({ 0: word, index }) => ({
    word: fold(word),
    start: index,
    end: index + word.length,
    hyphen: /^[-‐‑](?=\p{L})/u.test(text.slice(index + word.length, index + word.length + 2)),
  }));
}

interface Node<T> {
  next: Map<string, Node<T>>;
  values: T[];
}

/**
 * Finds phrases of one or more words in token lists, in time linear in the number of tokens: a
 * trie of words. `findLongest` lets "order date" hide "date", `findAll` does not.
 */
export class PhraseIndex<T> {
  readonly #root: Node<T> = { next: new Map(), values: [] };

  add(phrase: string, value: T): void {
    let node = this.#root;
    for (const { word } of tokenize(phrase)) {
      const next = node.next.get(word) ?? { next: new Map(), values: [] };
      node.next.set(word, next);
      node = next;
    }
    node.values.push(value);
  }

  /** The longest phrase at each place, from left to right, without overlap. */
  findLongest(tokens: Token[]): PhraseMatch<T>[] {
    const matches: PhraseMatch<T>[] = [];
    let from = 0;
    while (from < tokens.length) {
      const longest = this.#matchesAt(tokens, from).at(-1);
      if (longest !== undefined) matches.push(longest);
      from = longest?.to ?? from + 1;
    }
    return matches;
  }

  /** Every phrase at every place. */
  findAll(tokens: Token[]): PhraseMatch<T>[] {
    return tokens.flatMap((_, from) => this.#matchesAt(tokens, from));
  }

  #matchesAt(tokens: Token[], from: number): PhraseMatch<T>[] {
    const matches: PhraseMatch<T>[] = [];
    let node: Node<T> | undefined = this.#root;
    for (let at = from; at < tokens.length; at++) {
      const token: Token | undefined = tokens[at];
      if (token === undefined) break;
      const after: Node<T> = node;
      node = after.next.get(token.word);
      if (node === undefined && token.hyphen) {
        at += 1;
        node = after.next.get(token.word + (tokens[at]?.word ?? ''));
      }
      if (node === undefined) break;
      for (const value of node.values) matches.push({ value, from, to: at + 1 });
    }
    return matches;
  }
}
