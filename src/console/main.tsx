/** Where the page begins: reads in which host it stands, and draws itself into its one element. */
import { render } from 'preact';
import { Client } from './api/client.ts';
import { chooseTransport } from './api/transport.ts';
import { App } from './app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';

const root = document.getElementById('device-lock');
if (root !== null) {
  const transport = chooseTransport(window);
  root.dataset['host'] = transport.host;
  document.documentElement.dataset['host'] = transport.host;
  render(<App client={new Client(transport)} />, root);
}
