"""The SMTP sink and its inbox: every mail is caught, found, and shown without ever coming to life."""

import smtplib
from email.message import EmailMessage
from email.policy import SMTP

import pytest

HOSTILE = """<html lang="it"><head><title>x</title><base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example/"><link rel="stylesheet" href="https://evil.example/a.css">
<style>p { color: #123456 } </style><script>document.title = "owned"</script></head>
<body onload="alert(1)" style="background: #faf7ef"><p style="color: red" onclick="alert(2)">Ciao <b>Anna</b></p>
<a href="javascript:alert(3)">one</a> <a href=" jAvAsCrIpT:alert(4)">two</a> <a href="https://sigillo.example/s/x/">three</a>
<img src="https://evil.example/pixel.png" onerror="alert(5)"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="ok">
<iframe src="https://evil.example/"></iframe><object data="x"></object><embed src="x"><svg><script>alert(6)</script></svg>
<form action="https://evil.example/"><input name="password"></form><style/><script/>text after</body></html>"""


def send(
    sandbox,
    *recipients,
    subject="Hello",
    text="Good morning",
    html="",
    sender="Sigillo <a@sigillo.example>",
    raw=None,
):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(recipients), subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP("localhost", sandbox.smtp_port) as server:
        server.sendmail("a@sigillo.example", recipients, raw or message.as_bytes(policy=SMTP))


def test_a_mail_is_caught_for_each_recipient(sandbox):
    send(
        sandbox,
        "anna@example.it",
        "luc@example.fr",
        subject="Un été à Forlì",
        text="Ciao\nhttps://sigillo.example/s/x/.\n",
    )
    [mail] = sandbox.messages(to="ANNA@example.it")
    assert (mail["kind"], mail["from"], mail["subject"]) == (
        "email",
        "Sigillo <a@sigillo.example>",
        "Un été à Forlì",
    )
    assert (mail["text"], mail["otp"]) == ("Ciao\nhttps://sigillo.example/s/x/.\n", None)
    assert mail["links"] == ["https://sigillo.example/s/x/"]
    assert len(sandbox.messages(to="luc@example.fr")) == 1
    assert sandbox.messages(to="anna") == []


def test_links_are_found_in_both_parts_once(sandbox):
    html = '<a href="https://a.example/?x=1&amp;y=2">a</a> <a href="https://b.example/">b</a> <a href="mailto:c@d.example">c</a>'
    send(sandbox, "anna@example.it", text="See https://b.example/", html=html)
    assert sandbox.messages()[0]["links"] == ["https://b.example/", "https://a.example/?x=1&y=2"]


def test_messages_are_found_by_subject_kind_and_since(sandbox):
    for number in range(3):
        send(sandbox, "anna@example.it", subject=f"Number {number}")
    newest, middle, oldest = sandbox.messages()
    assert [one["subject"] for one in (oldest, middle, newest)] == ["Number 0", "Number 1", "Number 2"]
    assert [one["subject"] for one in sandbox.messages(subject="number 1")] == ["Number 1"]
    assert [one["id"] for one in sandbox.messages(since=middle["id"])] == [newest["id"]]
    assert sandbox.messages(kind="sms") == []
    assert len(sandbox.messages(limit=2)) == 2
    assert sandbox.http.delete("/messages").json() == {"deleted": 3}
    assert sandbox.messages() == []


RAW = {
    "unknown charset": b"Subject: caf\xe9\xff\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe hi",
    "broken base64": b"Subject: x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!=",
    "no boundary": b"Subject: x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--y",
    "nul": b"Subject: \x00\r\n\r\n\x00",
    "odd headers": b'From: "=?utf-8?\r\nSubject: =?utf-8?q?=ed=a0=80?=\r\nTo: ;;;,\r\n\r\nhi',
    "unreadable header": b"From: a@[\r\nSubject: x\r\n\r\nhi",
    "nothing": b"\r\n",
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_no_malformed_mail_is_lost(sandbox, web, raw):
    send(sandbox, "anna@example.it", raw=raw)
    [mail] = sandbox.messages(to="anna@example.it")
    for page in (
        f"/inbox/{mail['id']}/",
        f"/inbox/{mail['id']}/html",
        f"/inbox/{mail['id']}/source",
        "/inbox/",
    ):
        assert web.get(page).status_code == 200


def test_the_page_lists_newest_first_and_filters(sandbox, web):
    send(sandbox, "anna@example.it", subject="For Anna")
    send(sandbox, "luc@example.fr", subject="For Luc")
    page = web.get("/inbox/").text
    assert page.index("For Luc") < page.index("For Anna")
    assert "For Luc" not in web.get("/inbox/?to=ANNA").text
    assert "For Anna" in web.get("/inbox/?to=for+a").text
    assert "No messages for this filter." in web.get("/inbox/?kind=sms").text


def test_an_empty_inbox_says_what_will_come(sandbox, web):
    assert "No messages. Mails and codes appear here as soon as they are sent." in web.get("/inbox/").text


def test_a_message_shows_its_text_with_working_links_and_no_markup(sandbox, web):
    send(
        sandbox, "anna@example.it", subject="<i>x</i>", text='<b>bold</b> https://a.example/?x=1&y="><script>'
    )
    page = web.get(f"/inbox/{sandbox.messages()[0]['id']}/").text
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert '<a href="https://a.example/?x=1&amp;y=" rel="noreferrer">' in page
    assert "<script>" not in page.replace('<script type="module"', "")
    assert "<i>x</i>" not in page


def test_html_is_shown_inside_a_sandboxed_frame(sandbox, web):
    send(sandbox, "anna@example.it", html=HOSTILE)
    number = sandbox.messages()[0]["id"]
    page = web.get(f"/inbox/{number}/")
    assert f'src="/inbox/{number}/html"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert HOSTILE not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_html_comes_without_anything_that_acts(sandbox, web):
    send(sandbox, "anna@example.it", html=HOSTILE)
    answer = web.get(f"/inbox/{sandbox.messages()[0]['id']}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'nonce-"
    )
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "form-action 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = answer.text.lower()
    for gone in ("<script", "javascript:", "onload", "onclick", "onerror", "evil.example", "<iframe", "<form", "<input",
                 "<object", "<embed", "<svg", "<base", "<meta http-equiv", "<link"):  # fmt: skip
        assert gone not in page, gone
    assert "<b>anna</b>" in page
    assert 'href="https://sigillo.example/s/x/" target="_blank" rel="noopener noreferrer"' in page
    assert "data:image/gif" in page
    assert "p { color: #123456 }" in page
    assert "text after" in page
    assert '<html lang="it">' in page


def test_the_source_is_text_as_it_came(sandbox, web):
    send(sandbox, "anna@example.it", html="<script>alert(1)</script>")
    answer = web.get(f"/inbox/{sandbox.messages()[0]['id']}/source")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Subject: Hello" in answer.text


@pytest.mark.parametrize("part", ["", "html", "source"])
def test_a_message_that_is_not_there(sandbox, web, part):
    assert web.get(f"/inbox/999999/{part}").status_code == 404
