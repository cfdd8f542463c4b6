// Reference scenes: documents with many services and a known number of messages in flight, made
// the same way every time. The bench measures the page with them; tests take smaller ones.
//
// In: how many groups of fifteen services, how many messages on their way, and how long a message
// is. Out: the text of a document. In each group one client begins journeys; a journey goes down
// three chains of five services at the same time, and the last service of each chain belongs to
// a group of the next of four tiers (in the last tier, to its own). So every journey has three messages on their way at any moment, and takes ten
// hops: once the first journeys have ended, `inFlight` messages are on their way on average.

const CHAINS = 3;
const LINKS = 5;
const HOPS = 2 * LINKS;
const TIERS = 4;

export const REFERENCE = { groups: 20, latencySeconds: 4 };

/** When as many messages are on their way as there will ever be, in seconds of the run. */
export const steadyFrom = ({ latencySeconds }) => HOPS * latencySeconds + 2;

/** The text of a document with these services and so many messages on their way. */
export function scene({ groups, inFlight, latencySeconds }) {
  const services = groups * CHAINS * LINKS;
  const rate = inFlight / (CHAINS * HOPS * latencySeconds * groups);
  const tier = Math.max(1, Math.round(groups / TIERS));
  const name = (group) => `g${String(group).padStart(2, "0")}`;
  const service = (group, chain, link) => {
    const next = group + tier < groups ? group + tier : group;
    const home = link === LINKS - 1 ? next : group;
    // Named by whose chain it ends, so that every name is there once.
    const whose = home === group ? "" : `-of-${name(group)}`;
    return `${name(home)}-${"abc"[chain]}${link + 1}${whose}`;
  };
  const lines = [
    "scenario: 1",
    `title: {en: "${services} services, ${inFlight} messages", ru: "Сервисов ${services}, сообщений ${inFlight}"}`,
    "seed: 1",
    `horizon: ${steadyFrom({ latencySeconds }) + 20}s`,
    `links: {default: {latency: ${latencySeconds}s}}`,
    "clients:",
  ];
  for (let group = 0; group < groups; group += 1) {
    const calls = Array.from({ length: CHAINS }, (_, chain) => `{call: ${service(group, chain, 0)}.serve}`);
    lines.push(
      `  users-${name(group)}:`,
      `    arrivals: poisson ${rate.toPrecision(6)}/s`,
      `    do: [{parallel: {join: all, do: [${calls.join(", ")}]}}]`,
    );
  }
  lines.push("services:");
  for (let group = 0; group < groups; group += 1) {
    for (let chain = 0; chain < CHAINS; chain += 1) {
      for (let link = 0; link < LINKS; link += 1) {
        const steps = ["{work: 1ms}"];
        if (link < LINKS - 1) {
          steps.push(`{call: ${service(group, chain, link + 1)}.serve}`);
        }
        lines.push(
          `  ${service(group, chain, link)}:`,
          "    workers: {async: 64, queue: 4096}",
          `    endpoints: {serve: {do: [${steps.join(", ")}]}}`,
        );
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
