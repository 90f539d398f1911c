import type { KindRule } from './rule.ts';

export const formRules: KindRule[] = [
  {
    place: 'heading',
    weight: 3.2,
    phrases: {
      en: `
        form, application form, registration form, order form, application for, application,
        questionnaire, survey, claim form, enrollment form, consent form, request form,
        tax return, income tax return, feedback form, checklist, entry form`,
      de: `
        formular, antrag, antrag auf, anmeldung, anmeldeformular, fragebogen, antragsformular,
        erklarung, bestellformular, steuererklarung, einkommensteuererklarung,
        einverstandniserklarung, vollmacht, mitgliedsantrag, aufnahmeantrag, selbstauskunft,
        anmeldebogen, meldebogen`,
      fr: `
        formulaire, demande, demande de, bulletin d inscription, questionnaire, declaration,
        fiche d inscription, bon de commande`,
      es: 'formulario, solicitud, solicitud de, cuestionario, inscripcion, declaracion',
      it: 'modulo, domanda, domanda di, questionario, richiesta, dichiarazione, iscrizione',
      nl: `
        formulier, aanvraag, aanvraagformulier, inschrijfformulier, vragenlijst, aangifte,
        aanmeldformulier`,
      pl: 'formularz, wniosek, ankieta, deklaracja',
      pt: 'formulario, requerimento, questionario',
    },
  },
  {
    place: 'text',
    weight: 1.6,
    phrases: {
      en: `
        please print, fill in, fill out, check all that apply, check one, for office use only,
        official use only, complete this form, see instructions, please complete, attach,
        print or type, tick, omb no, this form, text field, check box, checkbox`,
      de: `
        bitte ausfullen, bitte ankreuzen, in druckschrift, zutreffendes, nur fur interne zwecke,
        vom amt auszufullen, ausfullen, ankreuzen, druckbuchstaben,
        zutreffendes bitte ankreuzen`,
      fr: `
        a remplir, cocher, en lettres majuscules, cadre reserve, veuillez remplir, a completer,
        cochez`,
      es: 'rellene, marque, marcar con, cumplimentar, a rellenar, para uso oficial',
      it: 'compilare, barrare, in stampatello, da compilare, riservato all ufficio',
      nl: 'invullen, aankruisen, in blokletters, in te vullen, vul in, kruis aan',
      pl: 'wypelnic, zaznaczyc, drukowanymi literami',
      pt: 'preencher, assinale, preencha',
    },
  },
  {
    place: 'label',
    weight: 1.2,
    phrases: {
      en: `
        first name, last name, surname, date of birth, zip code, social security number,
        marital status, middle initial, home address, spouse, applicant, your first name,
        family name, given name, nationality`,
      de: `
        vorname, nachname, geburtsdatum, familienname, familienstand, staatsangehorigkeit,
        postleitzahl, plz ort, geburtsort, antragsteller, name vorname, strasse hausnummer,
        plz wohnort, strasse hausnr, telefonnummer`,
      fr: `
        nom, prenom, date de naissance, code postal, nom de famille, situation familiale,
        lieu de naissance, nationalite`,
      es: 'nombre, apellidos, fecha de nacimiento, codigo postal, estado civil, nacionalidad',
      it: 'nome, cognome, data di nascita, codice fiscale, luogo di nascita, cap, residente',
      nl: `
        voornaam, achternaam, geboortedatum, postcode, burgerservicenummer, voorletters,
        nationaliteit`,
      pl: 'imie, nazwisko, data urodzenia, pesel, kod pocztowy',
      pt: 'nome, apelido, data de nascimento, codigo postal, estado civil',
    },
  },
  {
    place: 'label',
    weight: 0.8,
    phrases: {
      en: 'signature, sign here, date signed, signature of applicant, yes no, yes, name',
      de: `
        unterschrift, ort datum, datum unterschrift, ja nein, unterschrift des antragstellers,
        name`,
      fr: 'signature, date et signature, oui non, fait a',
      es: 'firma, firma del solicitante, si no',
      it: 'firma, luogo e data, si no',
      nl: 'handtekening, ja nee, plaats en datum',
      pl: 'podpis, tak nie',
      pt: 'assinatura, sim nao',
    },
  },
];
