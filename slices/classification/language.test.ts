import { describe, expect, it } from 'vitest';
import { detectLanguage } from './language.ts';

describe('language of a text', () => {
  it.each([
    ['en', 'The meeting will take place next Tuesday in the large conference room.'],
    ['de', 'Die Besprechung findet am nächsten Dienstag im großen Saal statt.'],
    ['fr', 'La réunion aura lieu mardi prochain dans la grande salle.'],
    ['es', 'La reunión tendrá lugar el próximo martes en la sala grande.'],
    ['it', 'La riunione si terrà martedì prossimo nella sala grande.'],
    ['nl', 'De vergadering vindt volgende week dinsdag plaats in de grote zaal.'],
    ['pl', 'Spotkanie odbędzie się w przyszły wtorek w dużej sali konferencyjnej.'],
    ['ru', 'Встреча состоится в следующий вторник в большом зале.'],
    ['ja', '会議は来週の火曜日に大会議室で行われます。'],
  ])('given a sentence in %s, it is told', (code, text) => {
    const language = detectLanguage([text]);
    expect(language.code).toBe(code);
    expect(language.confidence).toBeGreaterThan(0.8);
  });

  it.each([
    ['', 'no text'],
    ['4711 12,50 €', 'numbers'],
    ['Foo bar', 'two words'],
    ['xkcd qwrt zzgh pqlm vbnk', 'codes'],
  ])('given too little to tell ("%s"), it is null', (text) => {
    expect(detectLanguage([text])).toEqual({ code: null, confidence: 0 });
  });

  it('given a long document with some lines in another language, the majority wins, less surely', () => {
    const german =
      'Die Lieferung erfolgt innerhalb von zwei Wochen nach Eingang Ihrer Bestellung. ';
    const english = 'The delivery takes place within two weeks after we have received your order. ';
    const pure = detectLanguage([german.repeat(60)]);
    const mixed = detectLanguage([german.repeat(40), english.repeat(20)]);
    expect(mixed.code).toBe('de');
    expect(mixed.confidence).toBeLessThan(pure.confidence);
  });

  it('given a cover page of codes, the pages behind it tell', () => {
    const pages = [
      '4711-XK 0815',
      'Wir freuen uns, dass Sie sich für unser Haus entschieden haben.',
    ];
    expect(detectLanguage(pages).code).toBe('de');
  });
});
