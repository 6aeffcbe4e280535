// What the round trip through Google has brought back in the page's address.

import { banner } from './demo-dom.js';

/** Tells how connecting went, once; answers whether a first sync begins now. */
export function welcome() {
  const query = new URLSearchParams(location.search);
  if (query.get('status') === 'connected') {
    if (query.has('needsConsent')) {
      banner('Connected, but without leave to read calendars. Connect again and leave the boxes ticked to go on.', 'bad');
    } else {
      banner('Connected. Kalends is reading the calendar for the first time.');
    }
  } else if (query.get('status') === 'error') {
    const denied = query.get('code') === 'access_denied';
    banner(denied ? 'No access was given, so nothing is connected.' : `Not connected (${query.get('code')}). Please try again.`, 'bad');
  }
  if (query.has('status')) history.replaceState(null, '', location.pathname);
  return query.get('status') === 'connected' && !query.has('needsConsent');
}
