"""Who gets in: a real server, real HTTP, real clients, and a proxy before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError
from mcp.client import Client as ToolClient
from mcp.client.streamable_http import streamable_http_client
from served import served, serving_app
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from index.errors import PeelError
from rag.pipeline import ReportQA
from ui.attempts import PER_NAME
from ui.serve import Serving
from ui.users import Users, add_user, remove_user

if TYPE_CHECKING:
    pass

NAME, PASSWORD = "anna", "nine brown dogs bark"
PAGE = {"Accept": "text/html"}
PATIENT = {"timeout": 60}  # of a busy machine; httpx gives up after 5 seconds
GUARDED = (
    ("GET", "config"),
    ("GET", "gradio_api/info"),
    ("GET", "gradio_api/openapi.json"),
    ("POST", "gradio_api/call/v2/ask"),
    ("POST", "gradio_api/queue/join"),
    ("GET", "gradio_api/queue/data?session_hash=x"),
    ("POST", "gradio_api/cancel"),
    ("GET", "gradio_api/heartbeat/x"),
    ("GET", "gradio_api/stream/x/y/z"),
    ("GET", "gradio_api/deep_link"),
    ("POST", "gradio_api/upload"),
    ("GET", "theme.css"),
    ("GET", "static/img/logo.svg"),
    ("POST", "mcp"),
    ("GET", "monitoring"),
    ("GET", "//login/../config"),
    ("GET", "login/x"),
    ("GET", "no/such/page"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "users.json"
    add_user(path, NAME, PASSWORD)
    return path


@pytest.fixture
def address(qa: ReportQA, file: Path) -> Iterator[str]:
    with served(qa, Serving(users=Users.open(file), mcp=True)) as address:
        yield address


def log_in(http: httpx.Client, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return http.post("/login", data={"username": NAME, "password": password}, **more)


def test_nothing_is_reached_without_a_log_in(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as http:
        for method, path in GUARDED:
            refused = http.request(method, path)
            assert refused.status_code == 401, path
            assert refused.json()["detail"].startswith("Please log in")
            assert refused.headers["WWW-Authenticate"].startswith("Basic ")
            assert "Content-Security-Policy" in refused.headers
        forged = http.get("/config", headers={"Cookie": "peel-session=forged"})
        assert forged.status_code == 401


def test_a_browser_is_led_to_the_log_in_page(address: str) -> None:
    with httpx.Client(base_url=address, headers=PAGE, timeout=60) as http:
        led = http.get("/")
        assert (led.status_code, led.headers["Location"]) == (303, "/login")
        page = http.get("/login")
        assert page.status_code == 200
        assert 'action="/login"' in page.text
        assert "form-action 'self'" in page.headers["Content-Security-Policy"]
        wrong = log_in(http, "nine brown cats bark")
        assert wrong.status_code == 401
        assert "do not belong together" in wrong.text
        assert "Set-Cookie" not in wrong.headers
        right = log_in(http)
        assert (right.status_code, right.headers["Location"]) == (303, "/")
        cookie = right.headers["Set-Cookie"].lower()
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
        assert "Ask the report" in http.get("/").text
        assert http.get("/config").status_code == 200
        assert http.get("/logout").headers["Location"] == "/login"
        assert http.get("/config", headers={"Accept": "*/*"}).status_code == 401


def test_a_session_that_was_ended_is_of_no_more_use(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as http:
        log_in(http)
        token = http.cookies["peel-session"]
        http.get("/logout")
        kept = {"Cookie": f"peel-session={token}"}
        assert http.get("/config", headers=kept).status_code == 401


def test_clients_of_both_kinds_log_in(address: str) -> None:
    client = Client(address, auth=(NAME, PASSWORD), verbose=False, httpx_kwargs=PATIENT)
    answer = client.predict("What does OCG stand for?", api_name="/ask")
    assert answer["citations"]
    with pytest.raises(AuthenticationError, match="Invalid credentials"):
        Client(address, auth=(NAME, "nine brown cats bark"), verbose=False, httpx_kwargs=PATIENT)
    with pytest.raises(AuthenticationError, match="credentials were not provided"):
        Client(address, verbose=False, httpx_kwargs=PATIENT)

    async def tools() -> list[str]:
        auth = httpx.BasicAuth(NAME, PASSWORD)
        header = next(auth.auth_flow(httpx.Request("GET", address))).headers["Authorization"]
        async with (
            _headed(header) as http,
            ToolClient(streamable_http_client(f"{address}mcp", http_client=http)) as tool_client,
        ):
            return [tool.name for tool in (await tool_client.list_tools()).tools]

    assert "ask" in anyio.run(tools)


def _headed(header: str) -> Any:
    import httpx2

    return httpx2.AsyncClient(headers={"Authorization": header}, timeout=60)


def test_programs_may_send_basic_credentials(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as http:
        assert http.get("/config", auth=(NAME, PASSWORD)).status_code == 200
        assert http.get("/config", auth=(NAME, "nine brown cats bark")).status_code == 401
        for header in ("Basic", "Basic %%%", "Basic " + "QQ==" * 9, "Bearer x"):
            assert http.get("/config", headers={"Authorization": header}).status_code == 401


def test_a_removed_user_is_out_at_once(address: str, file: Path) -> None:
    add_user(file, "ben", PASSWORD)
    with httpx.Client(base_url=address, timeout=60) as http:
        log_in(http)
        assert http.get("/config").status_code == 200
        assert httpx.get(f"{address}config", auth=(NAME, PASSWORD), timeout=60).status_code == 200
        remove_user(file, NAME)
        assert http.get("/config").status_code == 401
        assert httpx.get(f"{address}config", auth=(NAME, PASSWORD), timeout=60).status_code == 401
        assert httpx.get(f"{address}config", auth=("ben", PASSWORD), timeout=60).status_code == 200


def test_failed_log_ins_are_limited_whatever_the_way(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as http:
        for number in range(PER_NAME):
            wrong = f"nine brown cats bark {number}"
            refused = log_in(http, wrong) if number % 2 else http.get("/config", auth=(NAME, wrong))
            assert refused.status_code == 401
        for refused in (log_in(http), http.get("/config", auth=(NAME, PASSWORD))):
            assert refused.status_code == 429
            assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
            assert "Please try again in 15 minutes" in refused.json()["detail"]


def test_a_log_in_from_another_site_or_too_long_is_refused(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as http:
        for headers in ({"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}):
            assert log_in(http, headers=headers).status_code == 403
        assert log_in(http, headers={"Origin": address.rstrip("/")}).status_code == 200
        assert log_in(http, "x" * 5000).status_code == 413
        assert log_in(http, "x" * 300).status_code == 401
        assert http.put("/login").status_code == 405


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "reports.example.org"])
def test_a_public_address_is_refused_without_log_in(host: str, file: Path) -> None:
    with pytest.raises(PeelError, match=r"--auth-file FILE .* or let everyone in"):
        Serving(host=host)
    Serving(host=host, allow_anonymous=True)
    Serving(host=host, users=Users.open(file))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_this_computer_alone_may_be_served_without_log_in(host: str) -> None:
    assert Serving(host=host).is_local


@pytest.mark.parametrize(
    "path", ["peel", "//example.org", "ftp://example.org/a", "https://", "/a b", "/a?b", '/a"b']
)
def test_a_root_path_that_cannot_be_is_refused(path: str) -> None:
    with pytest.raises(PeelError, match="give a path such as /peel, or the whole address"):
        Serving(root_path=path)


@contextmanager
def proxied(target: str, *, strips: bool) -> Iterator[str]:
    """A small proxy that has the chat at ``/peel``, with or without that in what it asks for."""
    client = httpx.AsyncClient(base_url=target, timeout=60)

    async def forward(request: Request) -> StreamingResponse:
        path = request.url.path
        sent = client.build_request(
            request.method,
            (path.removeprefix("/peel") or "/") if strips else path,
            params=request.query_params,
            headers=[(k, v) for k, v in request.headers.items() if k != "host"],
            content=await request.body(),
        )
        answer = await client.send(sent, stream=True)
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("transfer-encoding", "connection")
        }
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, kept, background=BackgroundTask(answer.aclose)
        )

    route = Route("/peel{rest:path}", forward, methods=["GET", "POST"])
    with serving_app(Starlette(routes=[route])) as address:
        yield f"{address}peel"


@pytest.mark.parametrize("strips", [True, False])
def test_the_chat_works_behind_a_proxy(qa: ReportQA, file: Path, strips: bool) -> None:
    serving = Serving(root_path="/peel", users=Users.open(file))
    with served(qa, serving) as address, proxied(address, strips=strips) as public:
        with httpx.Client(timeout=60) as http:
            led = http.get(f"{public}/", headers=PAGE)
            assert led.headers["Location"] == "/peel/login"
            assert 'action="/peel/login"' in http.get(f"{public}/login", headers=PAGE).text
            done = http.post(f"{public}/login", data={"username": NAME, "password": PASSWORD})
            assert "path=/peel" in done.headers["Set-Cookie"].lower()
            page = http.get(f"{public}/", headers=PAGE).text
            assert '"/peel' in page or '/peel"' in page
            assert http.get(f"{public}/theme.css").status_code == 200
        client = Client(f"{public}/", auth=(NAME, PASSWORD), verbose=False, httpx_kwargs=PATIENT)
        assert client.predict("What does OCG stand for?", api_name="/ask")["citations"]


def test_a_whole_address_names_the_host_that_a_proxy_passes_on(qa: ReportQA) -> None:
    serving = Serving(root_path="https://reports.example.org/peel")
    assert (serving.prefix, serving.is_https) == ("/peel", True)
    with served(qa, serving) as address:
        for host, status in (
            ("reports.example.org", 200),
            ("127.0.0.1:7860", 200),
            ("evil.example.org", 400),
        ):
            assert (
                httpx.get(f"{address}config", headers={"Host": host}, timeout=60).status_code
                == status
            )
