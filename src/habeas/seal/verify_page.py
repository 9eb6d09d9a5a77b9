"""The recipient's stand-alone page: one HTML file that checks a dossier in any recent browser, offline, without installing anything.

It ships with each release and is given by another way than the dossier. Its own policy forbids every request, and allows the one script by its digest
(CSP 3). What it does not do: say whether anything in a dossier is true; read a bag larger than a browser can hold (``verify.py`` does).
"""

import base64
import hashlib
import json
from importlib import resources

_WORDS = {
    "en": {
        "title": "Check a sealed dossier", "choose": "The dossier: its ZIP file", "folder": "or its folder, unpacked",
        "key": "Fingerprint of the signer, received by another way (telephone, paper)",
        "go": "Check it", "unchanged": "Unchanged since this key signed it",
        "signer unknown": "Intact; compare the signer's fingerprint with the one that you received",
        "other key": "Signed by another key than the one that you expect", "changed": "CHANGED: it is not what was signed",
        "unreadable": "This is no sealed dossier, or it cannot be read",
        "fingerprint": "A fingerprint has 64 hexadecimal figures", "truth": "This says nothing about whether the content is true.",
        "read": "files read", "key inside": "Key inside the dossier",
        "what": {"changed": "changed", "missing": "missing", "extra": "not listed", "form": "not in the form that Habeas writes",
        "sizes": "its sizes do not fit", "signature": "not a signature by the key in the dossier"},
        "alone": "This page sends nothing and loads nothing: you may cut the network off before you use it.", "working": "Reading…",
    },
    "ru": {
        "title": "Проверить запечатанное досье", "choose": "Досье: файл ZIP", "folder": "или его распакованная папка",
        "key": "Отпечаток ключа подписавшего, полученный другим путём (по телефону, на бумаге)",
        "go": "Проверить", "unchanged": "Не изменено с тех пор, как подписано этим ключом",
        "signer unknown": "Не повреждено; сравните отпечаток ключа с тем, который вы получили",
        "other key": "Подписано не тем ключом, который вы ожидаете", "changed": "ИЗМЕНЕНО: это не то, что было подписано",
        "unreadable": "Это не запечатанное досье, или его нельзя прочесть",
        "fingerprint": "Отпечаток состоит из 64 шестнадцатеричных цифр", "truth": "Это ничего не говорит о том, верно ли содержание.",
        "read": "файлов прочитано", "key inside": "Ключ внутри досье",
        "what": {"changed": "изменён", "missing": "отсутствует", "extra": "нет в списке", "form": "не в той форме, которую пишет Habeas",
        "sizes": "размеры не сходятся", "signature": "не подпись ключа из досье"},
        "alone": "Эта страница ничего не отправляет и не загружает: перед работой можно отключить сеть.", "working": "Чтение…",
    },
}  # fmt: skip
_STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1f2933;background:#fbfaf6}"
    "h1{font-family:Georgia,serif}label{display:block;font-weight:600;margin-top:1rem}input,button{font:inherit;padding:.5rem;max-width:100%;min-height:44px}"
    "input[type=text]{width:100%;box-sizing:border-box;border:1px solid #7b8794;border-radius:4px}"
    "button{background:#1d5b79;color:#fff;border:0;border-radius:4px;padding:.6rem 1.2rem;margin-top:1rem;font-weight:600}"
    ":focus-visible{outline:3px solid #e0a100;outline-offset:2px}"
    ".answer{border:3px solid;border-radius:4px;padding:.8rem 1.2rem;margin-top:1.5rem;background:#fff}"
    ".good{border-color:#1f6b3a}.bad{border-color:#b42318}.warn{border-color:#8a6500}code{overflow-wrap:anywhere}li{overflow-wrap:anywhere}"
)  # fmt: skip
_FACE = """
const words = WORDS[navigator.language.slice(0, 2)] || WORDS.en;
document.documentElement.lang = words === WORDS.ru ? "ru" : "en";
for (const element of document.querySelectorAll("[data-say]")) element.textContent = words[element.dataset.say];
document.title = words.title;
const answer = document.getElementById("answer");
function tell(state, lines) {
  answer.className = "answer " + ({ "unchanged": "good", "signer unknown": "warn" }[state] || "bad");
  const head = document.createElement("h2");
  head.textContent = words[state];
  answer.replaceChildren(head, ...lines);
  answer.dataset.state = state;
}
const line = (tag, text) => { const made = document.createElement(tag); made.textContent = text; return made; };
document.getElementById("go").addEventListener("click", async () => {
  answer.className = "answer";
  answer.replaceChildren(line("p", words.working));
  try {
    const archive = document.getElementById("zip").files[0], folder = [...document.getElementById("folder").files];
    let files = new Map();
    if (archive) files = await unzip(await archive.arrayBuffer());
    else for (const file of folder) files.set(file.webkitRelativePath || file.name, new Uint8Array(await file.arrayBuffer()));
    const verdict = await verifyBag(inside(files), document.getElementById("key").value);
    const list = document.createElement("ul");
    list.append(...verdict.problems.slice(0, 100).map((one) => line("li", one.where + ": " + words.what[one.what])));
    const groups = (verdict.signer.match(/.{4}/g) || []).join(" ");
    tell(verdict.state, [list, line("p", words["key inside"] + ": " + groups), line("p", verdict.files + " " + words.read), line("p", words.truth)]);
  } catch { tell("unreadable", [line("p", words.truth)]); }
});
"""


def verify_page() -> bytes:
    """The page; the same bytes for one release."""
    rules = resources.files(__package__).joinpath("verify.js").read_text(encoding="utf-8").replace("\r\n", "\n")
    script = f"{rules}const WORDS = {json.dumps(_WORDS, ensure_ascii=False)};{_FACE}"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'sha256-{style}'; form-action 'none'; base-uri 'none'"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>Check a sealed dossier</title><style>{_STYLE}</style></head>'
        '<body><main><h1 data-say="title">Check a sealed dossier</h1><p data-say="alone"></p>'
        '<label for="zip" data-say="choose"></label><input id="zip" type="file" accept=".zip">'
        '<label for="folder" data-say="folder"></label><input id="folder" type="file" webkitdirectory>'
        '<label for="key" data-say="key"></label><input id="key" type="text" autocomplete="off" spellcheck="false">'
        '<p><button id="go" data-say="go"></button></p><section id="answer" role="status" aria-live="polite"></section>'
        f"<noscript><p>python3 -I verify.py FOLDER --key FINGERPRINT</p></noscript></main><script>{script}</script></body></html>\n"
    ).encode()
