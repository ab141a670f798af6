/** Starts the pages in whatever shows them. */
import { mount } from 'svelte';

import { chooseHost } from './host/choose';
import { Session } from './session.svelte';
import './style/tokens.css';
import './style/base.css';
import './style/kit.css';
import './style/layout.css';
import App from './ui/App.svelte';
import { Choices } from './ui/choices.svelte';

const target = document.getElementById('app');
if (target) {
  const host = await chooseHost();
  const isKit = __SCENES__ && new URLSearchParams(location.search).get('scene') === 'kit';
  const Page = isKit ? (await import('./kit/KitPage.svelte')).default : App;
  mount(Page, { target, props: { session: new Session(host), choices: new Choices(host.preferences) } });
}
