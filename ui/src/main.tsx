import { render } from "preact";
import { App } from "./app";
import { embedded } from "./data/feed";
import "./style/page.css";
import "./style/figures.css";
import "./style/print.css";

const feed = embedded();
const root = document.getElementById("root");
if (!root) throw new Error("no place for the page");

let printing = false;
const draw = () => render(<App page={feed.current()} printing={printing} />, root);
const print = (now: boolean) => () => {
  printing = now;
  draw();
};
draw();
feed.watch(draw);
addEventListener("beforeprint", print(true));
addEventListener("afterprint", print(false));
