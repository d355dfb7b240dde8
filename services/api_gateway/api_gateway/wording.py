"""What public pages say, in the languages that guests read: a row a phrase, a column a language."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "de", "es", "fr", "pt", "it")

_TABLE: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "night": ("night", "Nacht", "noche", "nuit", "noite", "notte"),
    "nights": ("nights", "Nächte", "noches", "nuits", "noites", "notti"),
    "guests": ("Guests", "Gäste", "Personas", "Voyageurs", "Pessoas", "Ospiti"),
    "place": ("Place", "Ort", "Lugar", "Lieu", "Local", "Luogo"),
    "address": ("Address", "Adresse", "Dirección", "Adresse", "Morada", "Indirizzo"),
    "time_zone": ("Time zone", "Zeitzone", "Zona horaria", "Fuseau horaire", "Fuso horário",
                  "Fuso orario"),
    "all_day": ("All day", "Ganztägig", "Todo el día", "Toute la journée", "Todo o dia",
                "Tutto il giorno"),
    "cancelled": (
        "This trip has been cancelled.",
        "Diese Reise wurde abgesagt.",
        "Este viaje ha sido cancelado.",
        "Ce voyage a été annulé.",
        "Esta viagem foi cancelada.",
        "Questo viaggio è stato annullato.",
    ),
    "nothing_planned": (
        "Nothing has been planned yet. This page shows each service once it is.",
        "Noch ist nichts geplant. Diese Seite zeigt jede Leistung, sobald sie feststeht.",
        "Todavía no hay nada previsto. Esta página mostrará cada servicio en cuanto lo esté.",
        "Rien n'est encore prévu. Cette page affichera chaque prestation dès qu'elle le sera.",
        "Ainda não há nada planeado. Esta página mostrará cada serviço assim que o estiver.",
        "Non è ancora previsto nulla. Questa pagina mostrerà ogni servizio appena lo sarà.",
    ),
    "proposal": ("Proposal", "Angebot", "Propuesta", "Proposition", "Proposta", "Proposta"),
    "version": ("Version", "Fassung", "Versión", "Version", "Versão", "Versione"),
    "changes": (
        "What has changed since you last looked",
        "Was sich seit Ihrem letzten Besuch geändert hat",
        "Qué ha cambiado desde su última visita",
        "Ce qui a changé depuis votre dernière visite",
        "O que mudou desde a sua última visita",
        "Che cosa è cambiato dalla Sua ultima visita",
    ),
    "added": ("New", "Neu", "Nuevo", "Nouveau", "Novo", "Nuovo"),
    "removed": ("No longer included", "Entfällt", "Ya no incluido", "Supprimé", "Já não incluído",
                "Non più incluso"),
    "changed": ("Changed", "Geändert", "Modificado", "Modifié", "Alterado", "Modificato"),
    "total": ("Total price", "Gesamtpreis", "Precio total", "Prix total", "Preço total",
              "Prezzo totale"),
    "terms": ("Terms", "Bedingungen", "Condiciones", "Conditions", "Condições", "Condizioni"),
    "valid_until": ("Valid until", "Gültig bis", "Válida hasta", "Valable jusqu'au",
                    "Válida até", "Valida fino al"),
    "your_answer": ("Your answer", "Ihre Antwort", "Su respuesta", "Votre réponse",
                    "A sua resposta", "La Sua risposta"),
    "your_name": ("Your name", "Ihr Name", "Su nombre", "Votre nom", "O seu nome", "Il Suo nome"),
    "comment": (
        "A message to us (if you like)",
        "Eine Nachricht an uns (wenn Sie möchten)",
        "Un mensaje para nosotros (si lo desea)",
        "Un message pour nous (si vous le souhaitez)",
        "Uma mensagem para nós (se quiser)",
        "Un messaggio per noi (se lo desidera)",
    ),
    "accept": ("Accept", "Annehmen", "Aceptar", "Accepter", "Aceitar", "Accettare"),
    "decline": ("Decline", "Ablehnen", "Rechazar", "Refuser", "Recusar", "Rifiutare"),
    "accepted": (
        "You have accepted this proposal. Thank you!",
        "Sie haben dieses Angebot angenommen. Vielen Dank!",
        "Ha aceptado esta propuesta. ¡Muchas gracias!",
        "Vous avez accepté cette proposition. Merci !",
        "Aceitou esta proposta. Muito obrigado!",
        "Ha accettato questa proposta. Grazie!",
    ),
    "declined": (
        "You have declined this proposal. Write to us if you would like another one.",
        "Sie haben dieses Angebot abgelehnt. Schreiben Sie uns, wenn Sie ein anderes möchten.",
        "Ha rechazado esta propuesta. Escríbanos si desea otra.",
        "Vous avez refusé cette proposition. Écrivez-nous si vous en souhaitez une autre.",
        "Recusou esta proposta. Escreva-nos se desejar outra.",
        "Ha rifiutato questa proposta. Ci scriva se ne desidera un'altra.",
    ),
    "expired": (
        "This proposal has expired. Please ask us for a new one.",
        "Dieses Angebot ist abgelaufen. Bitte fragen Sie uns nach einem neuen.",
        "Esta propuesta ha caducado. Pídanos una nueva, por favor.",
        "Cette proposition a expiré. Demandez-nous-en une nouvelle, s'il vous plaît.",
        "Esta proposta expirou. Peça-nos uma nova, por favor.",
        "Questa proposta è scaduta. Ce ne chieda una nuova, per favore.",
    ),
    "closed": (
        "This proposal is no longer open. Please write to us.",
        "Dieses Angebot besteht nicht mehr. Bitte schreiben Sie uns.",
        "Esta propuesta ya no está abierta. Escríbanos, por favor.",
        "Cette proposition n'est plus ouverte. Écrivez-nous, s'il vous plaît.",
        "Esta proposta já não está aberta. Escreva-nos, por favor.",
        "Questa proposta non è più aperta. Ci scriva, per favore.",
    ),
    "changed_meanwhile": (
        "The proposal was changed while you were reading. Nothing was accepted or declined: "
        "please look at the new version below.",
        "Das Angebot wurde geändert, während Sie gelesen haben. Nichts wurde angenommen oder "
        "abgelehnt: Bitte sehen Sie sich unten die neue Fassung an.",
        "La propuesta ha cambiado mientras la leía. No se ha aceptado ni rechazado nada: "
        "consulte abajo la nueva versión.",
        "La proposition a changé pendant votre lecture. Rien n'a été accepté ni refusé : "
        "consultez la nouvelle version ci-dessous.",
        "A proposta foi alterada enquanto a lia. Nada foi aceite nem recusado: "
        "veja abaixo a nova versão.",
        "La proposta è cambiata mentre la leggeva. Nulla è stato accettato o rifiutato: "
        "veda qui sotto la nuova versione.",
    ),
    "try_again": (
        "Your answer did not arrive. Please answer on this page once more.",
        "Ihre Antwort ist nicht angekommen. Bitte antworten Sie auf dieser Seite noch einmal.",
        "Su respuesta no ha llegado. Responda de nuevo en esta página, por favor.",
        "Votre réponse ne nous est pas parvenue. Répondez encore une fois sur cette page.",
        "A sua resposta não chegou. Responda de novo nesta página, por favor.",
        "La Sua risposta non è arrivata. Risponda ancora una volta in questa pagina.",
    ),
    "title": ("Title", "Titel", "Título", "Titre", "Título", "Titolo"),
    "start": ("Start", "Beginn", "Inicio", "Début", "Início", "Inizio"),
    "end": ("End", "Ende", "Fin", "Fin", "Fim", "Fine"),
    "introduction": ("Introduction", "Einleitung", "Introducción", "Introduction", "Introdução",
                     "Introduzione"),
    "name": ("Name", "Name", "Nombre", "Nom", "Nome", "Nome"),
    "kind": ("Kind", "Art", "Tipo", "Type", "Tipo", "Tipo"),
    "date": ("Date", "Datum", "Fecha", "Date", "Data", "Data"),
    "time": ("Time", "Uhrzeit", "Hora", "Heure", "Hora", "Ora"),
    "zone": ("Time zone", "Zeitzone", "Zona horaria", "Fuseau horaire", "Fuso horário",
             "Fuso orario"),
    "duration": ("Duration", "Dauer", "Duración", "Durée", "Duração", "Durata"),
    "pax": ("Guests", "Gäste", "Personas", "Voyageurs", "Pessoas", "Ospiti"),
    "text": ("Description", "Beschreibung", "Descripción", "Description", "Descrição",
             "Descrizione"),
    "price": ("Price", "Preis", "Precio", "Prix", "Preço", "Prezzo"),
    "documents": ("Documents", "Dokumente", "Documentos", "Documents", "Documentos", "Documenti"),
    "download_itinerary": ("Download as PDF", "Als PDF herunterladen", "Descargar en PDF",
                           "Télécharger en PDF", "Descarregar em PDF", "Scarica in PDF"),
}  # fmt: skip


def language_of(wanted: str | None, accepted: list[str]) -> str:
    """The language of a page: the trip's own, the first that the reader's browser accepts, or en.

    The tag as given where there are texts for it, so that dates follow its region.
    """
    for tag in (wanted or "", *accepted):
        if tag[:2].lower() in LANGUAGES and (len(tag) == 2 or tag[2] == "-"):
            return tag
    return LANGUAGES[0]


def phrases(language: str) -> dict[str, str]:
    """Every phrase in a language that `language_of` gave."""
    column = LANGUAGES.index(language[:2].lower())
    return {name: texts[column] for name, texts in _TABLE.items()}
