import type { KindRule } from './rule.ts';

export const contractRules: KindRule[] = [
  {
    place: 'title',
    weight: 4,
    phrases: {
      en: `
        agreement, contract, employment contract, lease agreement, rental agreement,
        service agreement, purchase agreement, license agreement, non disclosure agreement,
        confidentiality agreement, memorandum of understanding, terms and conditions,
        terms of service, end user license agreement, sales contract, loan agreement,
        services agreement, nda, lease, data processing agreement`,
      de: `
        vertrag, mietvertrag, kaufvertrag, arbeitsvertrag, werkvertrag, dienstvertrag,
        dienstleistungsvertrag, vereinbarung, rahmenvertrag, gesellschaftsvertrag,
        darlehensvertrag, lizenzvertrag, pachtvertrag, auftragsverarbeitungsvertrag,
        geheimhaltungsvereinbarung, allgemeine geschaftsbedingungen, aufhebungsvertrag,
        wartungsvertrag, kooperationsvertrag, ausbildungsvertrag, untermietvertrag,
        rahmenvereinbarung, leihvertrag, versicherungsvertrag`,
      fr: `
        contrat, contrat de travail, contrat de location, bail, convention, accord,
        contrat de prestation, accord de confidentialite, conditions generales de vente`,
      es: `
        contrato, contrato de trabajo, contrato de arrendamiento, acuerdo, convenio,
        condiciones generales`,
      it: 'contratto, contratto di locazione, accordo, contratto di lavoro, condizioni generali',
      nl: `
        overeenkomst, contract, huurovereenkomst, arbeidsovereenkomst, koopovereenkomst,
        huurcontract, arbeidscontract, algemene voorwaarden`,
      pl: 'umowa, umowa o prace, umowa najmu, umowa zlecenie',
      pt: 'contrato, acordo',
    },
  },
  {
    place: 'text',
    weight: 1.6,
    phrases: {
      en: `
        this agreement, this contract, the parties, by and between, hereinafter,
        party of the first part, hereinafter referred to as, this lease`,
      de: `
        vertragsparteien, vertragspartner, nachfolgend, im folgenden, dieser vertrag,
        dieses vertrages, nachstehend, diese vereinbarung, wird folgender vertrag geschlossen,
        vertragsgegenstand, wird folgende vereinbarung`,
      fr: `
        les parties, ci apres, le present contrat, entre les soussignes, il a ete convenu,
        ci apres denomme, du present contrat`,
      es: 'las partes, el presente contrato, en adelante, de una parte, reunidos',
      it: 'le parti, il presente contratto, di seguito, tra le parti, si conviene',
      nl: 'partijen, hierna te noemen, deze overeenkomst, komen overeen, ondergetekenden',
      pl: 'strony, niniejsza umowa, zwana dalej, zwanym dalej, niniejszej umowy',
      pt: 'as partes, o presente contrato, doravante',
    },
  },
  {
    place: 'text',
    weight: 1.4,
    phrases: {
      en: `
        governing law, severability, entire agreement, in witness whereof,
        termination of this agreement, indemnify, force majeure, whereas, shall be governed by,
        now therefore, effective date, confidential information, termination`,
      de: `
        gerichtsstand, salvatorische klausel, schriftform, kundigungsfrist, vertragsdauer,
        schlussbestimmungen, kundigung, laufzeit, vertragslaufzeit, erfullungsort,
        mietverhaltnis, arbeitsverhaltnis, mieter, arbeitnehmer`,
      fr: `
        droit applicable, resiliation, duree du contrat, force majeure, juridiction,
        tribunal competent, fait a`,
      es: `
        jurisdiccion, rescision, clausulas, ley aplicable, resolucion del contrato,
        estipulaciones`,
      it: `
        foro competente, risoluzione, recesso, clausola, durata del contratto,
        legge applicabile`,
      nl: 'toepasselijk recht, opzegtermijn, beeindiging, overmacht, bevoegde rechter, opzegging',
      pl: 'wypowiedzenie, postanowienia koncowe, kodeks cywilny, kodeksu cywilnego',
      pt: 'rescisao, foro, legislacao aplicavel',
    },
  },
  {
    place: 'label',
    weight: 0.9,
    phrases: {
      en: `
        landlord, tenant, employer, employee, licensor, licensee, signed, in witness, seller,
        buyer, article 1, section 1, witness, lessor, lessee`,
      de: `
        vermieter, mieter, arbeitgeber, auftraggeber, auftragnehmer, verkaufer, kaufer,
        praambel, ort datum, unterschrift, zwischen, unterschriften`,
      fr: `
        article 1, le bailleur, le locataire, l employeur, le salarie, le prestataire,
        signature`,
      es: 'clausula primera, primera, el arrendador, el arrendatario, firma, exponen',
      it: 'articolo 1, art 1, premesso che, il locatore, firma',
      nl: 'artikel 1, verhuurder, huurder, werkgever, werknemer, opdrachtgever, handtekening',
      pl: 'pracodawca, wynajmujacy, zleceniodawca',
    },
  },
];
