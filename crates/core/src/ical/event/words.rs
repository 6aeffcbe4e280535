//! Whether an event takes place and takes up time, and who may see it.

use crate::{
    external_event::{EventKind, EventStatus, ExternalEvent, Transparency, Visibility},
    ical::component::Component,
};

/// The status as stated; `None` without one, or with a word that is none for events.
pub(super) fn read_status(component: &Component<'_>) -> Option<EventStatus> {
    match component.word("STATUS").as_deref() {
        Some("CANCELLED" | "CANCELED") => Some(EventStatus::Cancelled),
        Some("TENTATIVE") => Some(EventStatus::Tentative),
        Some("CONFIRMED") => Some(EventStatus::Confirmed),
        _ => None,
    }
}

pub(super) fn read_transparency(component: &Component<'_>) -> Transparency {
    if component.word("TRANSP").as_deref() == Some("TRANSPARENT") {
        Transparency::Transparent
    } else {
        Transparency::Opaque
    }
}

pub(super) fn read_visibility(component: &Component<'_>) -> Visibility {
    match component.word("CLASS").as_deref() {
        None => Visibility::Default,
        Some("PUBLIC") => Visibility::Public,
        // Classes that are not known are treated as private (RFC 5545 section 3.8.1.3).
        Some(_) => Visibility::Private,
    }
}

/// Outlook's own word for free and busy, which knows more than `TRANSP` and wins over it.
pub(super) fn apply_busy_status(component: &Component<'_>, event: &mut ExternalEvent) {
    match component.word("X-MICROSOFT-CDO-BUSYSTATUS").as_deref() {
        Some("FREE" | "WORKINGELSEWHERE") => event.transparency = Transparency::Transparent,
        Some("TENTATIVE") => {
            event.transparency = Transparency::Opaque;
            if event.status == EventStatus::Confirmed {
                event.status = EventStatus::Tentative;
            }
        }
        Some("OOF") => {
            event.transparency = Transparency::Opaque;
            event.kind = EventKind::OutOfOffice;
        }
        Some("BUSY") => event.transparency = Transparency::Opaque,
        _ => {}
    }
}
