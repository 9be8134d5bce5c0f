// Looks at the pages of the gallery in a real browser: `node browser.mjs GALLERY BROWSER TOOLS`.
// Run by ./test after the test `gallery` has written them; playwright-core and axe-core lie
// below TOOLS.
//
// Each page is opened offline, light and dark, wide and narrow, under its own content
// security policy: nothing may be logged, asked for or run, and the page itself may not
// scroll sideways. Then axe looks for whatever keeps people from reading it (WCAG 2 A and
// AA, and good practice); texts in drawings it cannot measure, their contrast is a unit
// test of the page's colours.

import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [gallery, browserPath, tools] = process.argv.slice(2);
const require = createRequire(join(tools, 'node_modules', 'x.js'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const views = [
  { colorScheme: 'light', width: 1280, measured: true },
  { colorScheme: 'dark', width: 1280, measured: true },
  { colorScheme: 'light', width: 380, measured: false },
];
// What differs between its views is on the small pages too, and it takes axe seconds.
const measuredOnce = 'large.html';
const pages = readdirSync(gallery).filter((name) => name.endsWith('.html')).sort();
if (pages.length < 6) {
  throw new Error(`${gallery} holds ${pages.length} pages, the test gallery writes more`);
}

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const problems = [];

async function open(name, view, bypassCSP, look) {
  const context = await browser.newContext({
    colorScheme: view.colorScheme,
    viewport: { width: view.width, height: 900 },
    offline: true,
    bypassCSP,
  });
  const page = await context.newPage();
  const where = `${name}, ${view.colorScheme}, ${view.width} wide`;
  page.on('console', (message) => problems.push(`${where}: ${message.text()}`));
  page.on('dialog', (dialog) => problems.push(`${where}: a dialog says ${dialog.message()}`));
  page.on('request', (request) => {
    if (request.url() !== page.url() && !request.isNavigationRequest()) {
      problems.push(`${where}: asks for ${request.url()}`);
    }
  });
  await page.goto(`file://${join(gallery, name)}`);
  await look(page, where);
  await context.close();
}

for (const name of pages) {
  for (const view of views) {
    await open(name, view, false, async (page, where) => {
      const { sideways, drawings, styled } = await page.evaluate(() => ({
        sideways: document.documentElement.scrollWidth > window.innerWidth,
        drawings: [...document.querySelectorAll('svg')].every((svg) => svg.clientHeight > 40),
        styled: getComputedStyle(document.body).margin === '0px',
      }));
      if (sideways) problems.push(`${where}: the page scrolls sideways`);
      if (!drawings) problems.push(`${where}: a drawing has no height`);
      if (!styled) problems.push(`${where}: its policy refuses its own style`);
    });
    if (!view.measured || (name === measuredOnce && view !== views[0])) continue;
    await open(name, view, true, async (page, where) => {
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => window.axe.run());
      if (passes.length < 20) problems.push(`${where}: axe looked at almost nothing`);
      for (const { id, help, nodes } of violations) {
        problems.push(`${where}: ${id}, ${help}: ${nodes[0].target} and ${nodes.length - 1} more`);
      }
    });
  }
}
await browser.close();

for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages in ${views.length} views, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
