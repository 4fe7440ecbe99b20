#!/usr/bin/env python3
"""A complete TESTING agent on one page: joins, reports, runs a project's tests. Needs pika and git.

YMERA_GATEWAY_URL   the gateway, e.g. http://127.0.0.1:8000
YMERA_ENROLMENT     a single-use token (npm run ymera -- agents enrolment --kind agent)
YMERA_AGENT_ID      its name, default python-tester
"""
import base64, itertools, json, os, re, resource, signal, subprocess, tempfile, time, urllib.request as http
import pika

AGENT = os.environ.get("YMERA_AGENT_ID", "python-tester")

# Fetches commit $1 of repository $0 into a copy, writes its tree beside it, and executes the tests, $2.
# The login is in no command line, where ps would show it, and only git inherits it.
SCRIPT = """exec > output 2>&1
git init -q copy && cd copy && git --config-env=http.extraHeader=LOGIN fetch -q --depth=1 "$0" "$1" &&
unset LOGIN && git checkout -q "$1" && git log -1 --format=%T > ../tree && exec sh -c "$2" """


def publish(kind, name, body):
    properties = pika.BasicProperties(type=name, user_id=AGENT, delivery_mode=2)
    channel.basic_publish("agents.in", f"{kind}.{session['partition']}.{AGENT}", json.dumps(body), properties)


def report():
    load, memory = os.getloadavg()[0] / os.cpu_count(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    publish("report", "report", {
        "agent_id": AGENT, "session": session["session"], "seq": next(numbers), "tasks": [], "issues": [],
        "sent_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "security_events": [],
        "metrics": {"cpu_percent": load * 100, "memory_mb": memory / 1024}})
    connection.call_later(session["interval_s"], report)


def work(attempt, task):
    publish("result", "task_accepted", dict(attempt))
    command = task["project"]["commands"].get("test", "false")
    commit = task["input"].get("change", {"commit": task["base"]})["commit"]  # no change: the base is tested
    script = ["sh", "-c", SCRIPT, task["workspace_url"], commit, command]
    env = {**os.environ, "LOGIN": f"Authorization: Basic {base64.b64encode(login.encode()).decode()}"}
    folder, turns = tempfile.TemporaryDirectory(ignore_cleanup_errors=True), itertools.count()
    running[attempt] = tests = subprocess.Popen(script, cwd=folder.name, env=env, start_new_session=True)

    # Nothing here blocks: one thread sends reports, extends leases and receives cancels while git and the tests run.
    def watch():
        if tests.poll() is None:
            if next(turns) % 10 == 0:  # twice as often as required
                publish("result", "progress", dict(attempt, progress=0.5, step="tests", counter=1))
            return connection.call_later(task["heartbeat_s"] / 20, watch)
        answer = judge(command, tests, folder.name) if running.pop(attempt, None) else {"outcome": "canceled"}
        publish("result", "result", dict(attempt, artefacts=[], **answer))
        folder.cleanup()
    watch()


def judge(command, tests, folder):  # failed tests are a task done, tests that could not begin a task failed
    text, tree = open(f"{folder}/output", encoding="utf-8", errors="replace").read(), f"{folder}/tree"
    if not os.path.exists(tree):
        return {"outcome": "failed", "error": dict(code="agent_failed", message=text[-500:], retryable=True)}
    found = dict(re.findall(r"^(?:#|ℹ) (\w+) (\d+)$", text, re.M))
    counts = {"total": "tests", "passed": "pass", "failed": "fail", "skipped": "skipped"}
    return {"outcome": "completed", "tests": {
        "tree": open(tree).read().strip(), "command": command, "exit_code": tests.returncode,
        "duration_ms": (time.time() - os.path.getmtime(tree)) * 1000,
        **{name: int(found.get(word, 0)) for name, word in counts.items()}}}


def receive(_channel, method, properties, body):
    channel.basic_ack(method.delivery_tag)  # at once: the orchestrator holds the truth
    message = json.loads(body)
    # The identity of an attempt, in each message about it.
    attempt = tuple((name, message.get(name)) for name in ("agent_id", "task_id", "attempt", "fencing_token"))
    if properties.type == "welcome":
        session.update(message)
        report()
    elif properties.type == "task":
        work(attempt, message)
    elif properties.type == "cancel" and attempt in running:
        os.killpg(running.pop(attempt).pid, signal.SIGKILL)


agent = json.dumps(dict(agent_id=AGENT, agent_type="TESTING", capabilities=["any-command"], config={}))
headers = {"authorization": f"Bearer {os.environ['YMERA_ENROLMENT']}", "content-type": "application/json"}
url = os.environ["YMERA_GATEWAY_URL"] + "/api/v1/agents/register"
joined = json.load(http.urlopen(http.Request(url, agent.encode(), headers), timeout=10))["principal"]
login, broker = f"{AGENT}:{joined['credential']}", joined["broker"]  # the credential is shown only once
address = broker["url"].replace("//", f"//{login}@") + broker["vhost"].replace("/", "/%2F")
connection = pika.BlockingConnection(pika.URLParameters(address))
channel, session, running, numbers = connection.channel(), {"partition": "hello"}, {}, itertools.count(1)
channel.basic_consume(broker["queue"], receive)
publish("event", "hello", {"protocol": 1, "agent_ids": [AGENT]})
print(AGENT, "is online", flush=True)
channel.start_consuming()
