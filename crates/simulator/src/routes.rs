//! Every route, at Google's own paths, and the control plane under `/_sim`.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post, put},
};
use tower_http::{CompressionLevel, compression::CompressionLayer};

use crate::{
    batch, calendar, control, cross_origin, events, faults,
    google::{front_door, select_fields, unknown},
    oauth, page, push, quota, recording,
    state::Sim,
};

/// World files may be large.
const LARGEST_BODY: usize = 256 * 1024 * 1024;

/// The whole surface.
pub(crate) fn router(sim: Sim) -> Router {
    google(&sim)
        .merge(control_plane().with_state(sim))
        .layer(from_fn(cross_origin::allow))
}

fn google(sim: &Sim) -> Router {
    let accounts = Router::new()
        .route("/o/oauth2/v2/auth", get(oauth::ask).post(oauth::decide))
        .route("/o/oauth2/auth", get(oauth::ask).post(oauth::decide))
        .route("/token", post(oauth::token))
        .route("/oauth2/v4/token", post(oauth::token))
        .route("/o/oauth2/token", post(oauth::token))
        .route("/revoke", get(oauth::revoke).post(oauth::revoke))
        .route("/o/oauth2/revoke", get(oauth::revoke).post(oauth::revoke))
        .route("/v1/userinfo", get(oauth::user_info).post(oauth::user_info))
        .route(
            "/oauth2/v3/userinfo",
            get(oauth::user_info).post(oauth::user_info),
        )
        .route("/oauth2/v2/userinfo", get(oauth::user_info_v2))
        .route(
            "/oauth2/v2/tokeninfo",
            get(oauth::token_info).post(oauth::token_info),
        )
        .route("/tokeninfo", get(oauth::token_info_v3).post(oauth::token_info_v3))
        .route(
            "/oauth2/v3/tokeninfo",
            get(oauth::token_info_v3).post(oauth::token_info_v3),
        )
        .route("/oauth2/v3/certs", get(oauth::certs))
        .route("/oauth2/v1/certs", get(oauth::certs_as_pem))
        .route("/.well-known/openid-configuration", get(oauth::configuration));
    let event = get(events::get)
        .patch(events::patch)
        .put(events::update)
        .delete(events::delete);
    let calendars = Router::new()
        .route(
            "/users/me/calendarList",
            get(calendar::calendar_list).post(calendar::calendar_list_insert),
        )
        .route(
            "/users/me/calendarList/{calendar}",
            get(calendar::calendar_list_get)
                .patch(calendar::calendar_list_patch)
                .put(calendar::calendar_list_update)
                .delete(calendar::calendar_list_delete),
        )
        .route("/users/me/settings", get(calendar::settings_list))
        .route("/users/me/settings/{setting}", get(calendar::settings_get))
        .route("/colors", get(calendar::colors_get))
        .route("/calendars", post(calendar::calendars_insert))
        .route(
            "/calendars/{calendar}",
            get(calendar::calendars_get)
                .patch(calendar::calendars_patch)
                .put(calendar::calendars_update)
                .delete(calendar::calendars_delete),
        )
        .route("/calendars/{calendar}/clear", post(calendar::calendars_clear))
        .route(
            "/calendars/{calendar}/transferOwnership",
            post(calendar::calendars_transfer),
        )
        .route(
            "/calendars/{calendar}/acl",
            get(calendar::acl_list).post(calendar::acl_insert),
        )
        .route(
            "/calendars/{calendar}/acl/{rule}",
            get(calendar::acl_get)
                .patch(calendar::acl_patch)
                .put(calendar::acl_update)
                .delete(calendar::acl_delete),
        )
        .route(
            "/calendars/{calendar}/events",
            get(events::list).post(events::insert),
        )
        .route("/calendars/{calendar}/events/import", post(events::import))
        .route("/calendars/{calendar}/events/quickAdd", post(events::quick_add))
        .route("/calendars/{calendar}/events/{event}", event)
        .route("/calendars/{calendar}/events/{event}/move", post(events::move_to))
        .route(
            "/calendars/{calendar}/events/{event}/instances",
            get(events::instances),
        )
        .route("/freeBusy", post(calendar::free_busy))
        .route("/calendars/{calendar}/events/watch", post(push::watch_events))
        .route("/calendars/{calendar}/acl/watch", post(push::watch_acl))
        .route("/users/me/calendarList/watch", post(push::watch_calendar_list))
        .route("/users/me/settings/watch", post(push::watch_settings))
        .route("/channels/stop", post(push::stop));
    let for_people = page::routes(sim, calendars.clone().with_state(sim.clone()));
    let calendars = calendars.layer(from_fn_with_state(sim.clone(), quota::count));
    let api = accounts
        .merge(Router::new().nest("/calendar/v3", calendars))
        .layer(from_fn(select_fields))
        .fallback(unknown)
        .layer(from_fn_with_state(sim.clone(), recording::keep))
        .layer(from_fn_with_state(sim.clone(), faults::obey))
        .with_state(sim.clone());
    let inner = api.clone();
    let batch = post(move |cord, headers, body| batch::run(inner, cord, headers, body));
    Router::new()
        .route("/batch", batch.clone())
        .route("/batch/calendar/v3", batch)
        .layer(from_fn_with_state(sim.clone(), faults::obey))
        .fallback(move |request| front_door(api, request))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn(faults::break_off))
        .merge(for_people.with_state(()))
}

fn control_plane() -> Router<Sim> {
    Router::new()
        .route("/_sim/cert.pem", get(control::certificate))
        .route("/_sim/users", get(control::users).post(control::add_user))
        .route("/_sim/tokens", post(control::issue_tokens))
        .route("/_sim/tokens/expire", post(control::expire_tokens))
        .route("/_sim/sync-tokens/expire", post(control::expire_sync_tokens))
        .route("/_sim/clients", get(control::clients).put(control::put_client))
        .route("/_sim/keys/rotate", post(control::rotate_keys))
        .route("/_sim/clock", get(control::clock).post(control::set_clock))
        .route("/_sim/fill", post(control::fill))
        .route("/_sim/calendars", put(control::put_calendar))
        .route(
            "/_sim/faults",
            get(control::faults)
                .post(control::add_fault)
                .delete(control::clear_faults),
        )
        .route(
            "/_sim/calls",
            get(control::calls)
                .put(control::call_record)
                .delete(control::clear_calls),
        )
        .route("/_sim/audit", post(control::audit))
        .route("/_sim/push/channels", get(control::push_channels))
        .route("/_sim/push/channels/expire", post(control::expire_channel))
        .route("/_sim/push/deliveries", get(control::push_deliveries))
        .route("/_sim/push/settle", post(control::settle_pushes))
        .route("/_sim/push/send", post(control::send_push))
        .route("/_sim/push/release", post(control::release_pushes))
        .route(
            "/_sim/push/troubles",
            get(control::push_faults)
                .post(control::add_push_fault)
                .delete(control::clear_push_faults),
        )
        .route("/_sim/mail", get(control::mail).delete(control::clear_mail))
        .route(
            "/_sim/conferences",
            get(control::conferences).put(control::set_conferences),
        )
        .route(
            "/_sim/snapshot",
            get(control::save_snapshot)
                .put(control::load_snapshot)
                .layer(DefaultBodyLimit::disable()),
        )
        .route("/_sim/groups", get(control::groups).put(control::put_group))
        .route("/_sim/quotas", get(control::quotas).put(control::put_quotas))
        .route("/_sim/meter", get(control::meter).delete(control::clear_meter))
        .route("/_sim/world", get(control::world).put(control::put_world))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}
