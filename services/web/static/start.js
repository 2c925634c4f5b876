// Wakes the parts of GOV.UK Frontend, and keeps a progress page up to date. Every page works without it.
import { initAll } from './govuk-frontend.min.js'

initAll()

async function look (region) {
  const answer = await fetch(window.location.href, { headers: { accept: 'text/html' } })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const next = page.getElementById(region.id)
  if (answer.redirected || !answer.ok || !next || !next.dataset.lookAgain) {
    window.location.reload()
    return
  }
  // only what has changed is replaced, so that it alone is read out
  for (const part of region.querySelectorAll('[data-part]')) {
    const changed = next.querySelector(`[data-part="${part.dataset.part}"]`)
    if (changed && changed.outerHTML !== part.outerHTML) {
      part.replaceWith(document.importNode(changed, true))
    }
  }
  wait(region, next.dataset.lookAgain)
}

function wait (region, seconds) {
  window.setTimeout(() => look(region).catch(() => wait(region, seconds)), seconds * 1000)
}

const working = document.querySelector('[data-look-again]')
if (working) {
  wait(working, working.dataset.lookAgain)
}
