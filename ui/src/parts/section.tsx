import type { ComponentChildren } from "preact";

export interface SectionProps {
  id: string;
  title: string;
  /** What the section shows, in a sentence. */
  lead?: ComponentChildren;
  /** Whether it begins a page on paper. */
  newPage?: boolean;
  children: ComponentChildren;
}

export function Section({ id, title, lead, newPage, children }: SectionProps) {
  return (
    <section id={id} class={newPage ? "section new-page" : "section"} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}

/** Says plainly that there is nothing, and what that does and does not mean. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}
