// Wakes the parts of GOV.UK Frontend, says which tables hold more columns than they show, and keeps a progress page up
// to date. Every page works without it.
import { initAll } from './govuk-frontend.min.js'

initAll()

function mark (region) {
  region.toggleAttribute('data-cut-off', region.scrollWidth > region.clientWidth && !!region.querySelector('table'))
}

// a frame later: the mark changes the height of what is looked at
const wide = new ResizeObserver((seen) => {
  window.requestAnimationFrame(() => seen.forEach((each) => mark(each.target)))
})
for (const region of document.querySelectorAll('.app-scroll')) {
  wide.observe(region)
}

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
