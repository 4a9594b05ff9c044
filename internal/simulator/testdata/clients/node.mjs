// Calls of the official client for Node, against the simulator at $URL.
import cio from 'customerio-node';

const { TrackClient, APIClient } = cio;
const url = process.env.URL;
const track = new TrackClient('site', 'key', { url: url + '/api/v1' });
track.trackV2Root = url + '/api/v2';

await track.identify('1', { email: 'ada@example.com', plan: 'pro' });
await track.identify('2', { email: 'grace@example.com' });
await track.identify('3', { plan: 'free' });
await track.identify('4', {});
await track.track('1', { name: 'bought', data: { price: 5 } });
await track.trackPageView('1', 'https://example.com/');
await track.trackAnonymous('v-1', { name: 'looked', data: {} });
await track.addDevice('1', 'tok', 'ios', { last_used: 1700000000, app: '2' });
await track.addDevice('1', 'old', 'android');
await track.deleteDevice('1', 'old');
await track.addCustomersToSegment(1, ['1', '2', '3']);
await track.removeCustomersFromSegment(1, ['3']);
await track.mergeCustomers('id', '1', 'email', 'grace@example.com');
await track.destroy('3');
await track.suppress('4');
await track.identify('4', { plan: 'never' });
await track.batch([
  { type: 'person', action: 'identify', identifiers: { id: '5' }, attributes: { plan: 'team' } },
  { type: 'object', action: 'identify', identifiers: { object_type_id: '1', object_id: 'acme' }, attributes: { name: 'Acme' }, cio_relationships: [{ identifiers: { id: '5' } }] },
]);
await track.entity({ type: 'person', action: 'event', identifiers: { id: '5' }, name: 'signed up' });
await track.submitForm('f', { email: 'form@example.com' });
await track.reportMetric({ delivery_id: 'd', metric: 'opened' });
await track.trackPush({ delivery_id: 'd', event: 'opened', device_id: 'tok', timestamp: 1700000000 });
const region = await track.getAccountRegion();

let refused = 0;
try {
  await track.track('1', { name: 'x'.repeat(101) });
} catch (e) {
  refused = e.statusCode;
}

const api = new APIClient('app-key', { url: url + '/v1' });
const found = await api.getCustomersByEmail('ada@example.com');
console.log(JSON.stringify({ region: region.environment_id, refused, found: found.results.length }));
