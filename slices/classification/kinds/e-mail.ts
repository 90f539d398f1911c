import type { KindRule } from './rule.ts';

export const emailRules: KindRule[] = [
  {
    place: 'text',
    weight: 0.8,
    phrases: {
      en: `
        original message, sent from my iphone, forwarded message, begin forwarded message,
        wrote, unsubscribe`,
      de: 'ursprungliche nachricht, weitergeleitete nachricht, von meinem iphone gesendet, schrieb',
      fr: 'message d origine, message transfere, a ecrit',
      es: 'mensaje original, mensaje reenviado, escribio',
      it: 'messaggio originale, messaggio inoltrato, ha scritto',
      nl: 'oorspronkelijk bericht, doorgestuurd bericht, schreef',
    },
  },
];
