//! Whether an event takes place and takes up time, and who may see it.

use crate::{
    external_event::{EventKind, EventStatus, ExternalEvent, Transparency, Visibility},
    ical::component::Component,
};

pub(super) fn read_status(component: &Component<'_>) -> EventStatus {
    match component.value("STATUS").map(str::to_ascii_uppercase).as_deref() {
        Some("CANCELLED" | "CANCELED") => EventStatus::Cancelled,
        Some("TENTATIVE") => EventStatus::Tentative,
        _ => EventStatus::Confirmed,
    }
}

pub(super) fn read_transparency(component: &Component<'_>) -> Transparency {
    let stated = component.value("TRANSP");
    if stated.is_some_and(|stated| stated.eq_ignore_ascii_case("TRANSPARENT")) {
        Transparency::Transparent
    } else {
        Transparency::Opaque
    }
}

pub(super) fn read_visibility(component: &Component<'_>) -> Visibility {
    match component.value("CLASS").map(str::to_ascii_uppercase).as_deref() {
        None => Visibility::Default,
        Some("PUBLIC") => Visibility::Public,
        // Classes that are not known are treated as private (RFC 5545 section 3.8.1.3).
        Some(_) => Visibility::Private,
    }
}

/// Outlook's own word for free and busy, which knows more than `TRANSP` and wins over it.
pub(super) fn apply_busy_status(component: &Component<'_>, event: &mut ExternalEvent) {
    match component
        .value("X-MICROSOFT-CDO-BUSYSTATUS")
        .map(str::to_ascii_uppercase)
        .as_deref()
    {
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
