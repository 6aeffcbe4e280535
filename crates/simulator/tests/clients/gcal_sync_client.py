"""The third-party client gcal_sync keeps its copy of a calendar at the simulator whose base address is the first argument.

It lists calendars, synchronises twice, makes, changes and deletes an event, sees the tombstone, and starts anew when its
sync token has expired.
"""

import asyncio
import datetime
import json
import sys
import urllib.request

import aiohttp
from gcal_sync.api import GoogleCalendarService, ListEventsRequest, LocalListEventsRequest
from gcal_sync.auth import AbstractAuth
from gcal_sync.exceptions import AuthException
from gcal_sync.model import DateOrDatetime, Event
from gcal_sync.store import InMemoryCalendarStore
from gcal_sync.sync import CalendarEventSyncManager, CalendarListSyncManager

ACCOUNT = "ana@example.com"
SCOPES = ["https://www.googleapis.com/auth/calendar"]


def order(base, path, body):
    """An order to the simulator's control plane."""
    request = urllib.request.Request(f"{base}/_sim{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class Auth(AbstractAuth):
    def __init__(self, session, base, token):
        super().__init__(session, host=f"{base}/calendar/v3")
        self.token = token

    async def async_get_access_token(self):
        return self.token


class Copy:
    """A calendar as gcal_sync keeps it."""

    def __init__(self, service):
        self.store = InMemoryCalendarStore()
        self.manager = CalendarEventSyncManager(service, calendar_id=ACCOUNT, store=self.store)

    async def pull(self):
        await self.manager.run()

    async def titles(self, start):
        window = LocalListEventsRequest(start_time=start, end_time=start + datetime.timedelta(days=30))
        return [event.summary for event in (await self.manager.store_service.async_list_events(window)).events]

    async def raw(self):
        """Items and sync token as they are stored."""
        (scope,) = (await self.store.async_load()).values()
        (calendar,) = scope.values()
        return dict(calendar["items"]), calendar["sync_token"]


async def live(base):
    clock = json.load(urllib.request.urlopen(f"{base}/_sim/clock"))["now"]
    now = datetime.datetime.fromisoformat(clock.replace("Z", "+00:00")).replace(microsecond=0)
    token = order(base, "/tokens", {"provider": "google", "email": ACCOUNT, "scopes": SCOPES})["accessToken"]
    async with aiohttp.ClientSession() as session:
        auth = Auth(session, base, token)
        service = GoogleCalendarService(auth)
        calendars = CalendarListSyncManager(service)
        await calendars.run()
        await calendars.run()
        listed = (await calendars.store_service.async_list_calendars()).calendars
        assert len(listed) == 4 and ACCOUNT in [one.id for one in listed], listed
        assert (await service.async_get_calendar(ACCOUNT)).timezone == "Europe/Zurich"

        copy = Copy(service)
        await copy.pull()
        before, first_token = await copy.raw()
        assert len(before) > 10, len(before)
        await copy.pull()
        assert (await copy.raw())[0] == before

        start = now + datetime.timedelta(days=2)
        lesson = Event(
            summary="Lesson by gcal_sync",
            start=DateOrDatetime(date_time=start),
            end=DateOrDatetime(date_time=start + datetime.timedelta(minutes=45)),
        )
        await service.async_create_event(ACCOUNT, lesson)
        await copy.pull()
        after, second_token = await copy.raw()
        (made,) = after.keys() - before.keys()
        assert second_token != first_token
        assert "Lesson by gcal_sync" in await copy.titles(now)
        listed = await service.async_list_events(ListEventsRequest(calendar_id=ACCOUNT, start_time=now))
        assert made in [event.id async for page in listed for event in page.items]

        await service.async_patch_event(ACCOUNT, made, {"summary": "Moved by gcal_sync"})
        await copy.pull()
        assert "Moved by gcal_sync" in await copy.titles(now)

        await service.async_delete_event(ACCOUNT, made)
        await copy.pull()
        assert (await copy.raw())[0][made]["status"] == "cancelled"
        assert "Moved by gcal_sync" not in await copy.titles(now)

        order(base, "/sync-tokens/expire", {})
        await copy.pull()
        anew, third_token = await copy.raw()
        assert made not in anew and anew.keys() == before.keys(), "a full synchronisation after 410"
        assert third_token != second_token

        order(base, "/tokens/expire", {"email": ACCOUNT})
        try:
            await copy.pull()
        except AuthException:
            pass
        else:
            raise AssertionError("an expired token was served")


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1]))
    print("gcal_sync is content")
