#!/usr/bin/env python3
"""A whole TESTING agent in one page: joins, reports, runs a project's tests. Needs pika and git.

YMERA_GATEWAY_URL   the gateway, e.g. http://127.0.0.1:8000
YMERA_ENROLMENT     a one-use token (npm run ymera -- agents enrolment --kind agent)
YMERA_AGENT_ID      its name, default python-tester
"""
import base64, json, os, re, signal, subprocess, tempfile, threading, time
from urllib.request import Request, urlopen
import pika

AGENT = os.environ.get("YMERA_AGENT_ID", "python-tester")


def register(gateway, token):
    agent = {"agent_id": AGENT, "agent_type": "TESTING", "capabilities": ["any-command"], "config": {}}
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    request = Request(f"{gateway}/api/v1/agents/register", json.dumps(agent).encode(), headers)
    principal = json.load(urlopen(request, timeout=10))["principal"]  # the credential is shown this once
    return principal["credential"], principal["broker"]


def run_tests(task, credential, running):
    """Tests the change, or the base where there is none, in a copy that is thrown away."""
    commit = task["input"].get("change", {"commit": task["base"]})["commit"]
    command, remote = task["project"]["commands"]["test"], task["workspace_url"]
    prepare = (f"git init -q && git fetch -q --depth=1 {remote} {commit}"
               f" && git checkout -q {commit} && git rev-parse {commit}^{{tree}}")
    login = "Authorization: Basic " + base64.b64encode(f"{AGENT}:{credential}".encode()).decode()
    secret = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader", "GIT_CONFIG_VALUE_0": login}
    with tempfile.TemporaryDirectory() as folder:
        tree = subprocess.check_output(prepare, shell=True, cwd=folder, text=True, env={**os.environ, **secret}).strip()
        began, options = time.time(), {"shell": True, "text": True, "start_new_session": True}
        running[task["task_id"]] = tests = subprocess.Popen(command, cwd=folder, stdout=-1, **options)
        output, took = tests.communicate()[0], (time.time() - began) * 1000
    found = dict(re.findall(r"^(?:#|ℹ) (\w+) (\d+)$", output, re.M))
    counts = {"total": "tests", "passed": "pass", "failed": "fail", "skipped": "skipped"}
    return {"tree": tree, "command": command, "exit_code": tests.returncode, "duration_ms": took,
            **{name: int(found.get(word, 0)) for name, word in counts.items()}}


def main():
    credential, broker = register(os.environ["YMERA_GATEWAY_URL"], os.environ["YMERA_ENROLMENT"])
    address = broker["url"].replace("//", f"//{AGENT}:{credential}@") + broker["vhost"].replace("/", "/%2F")
    connection = pika.BlockingConnection(pika.URLParameters(address))
    channel, session, running, canceled = connection.channel(), {}, {}, set()

    def publish(kind, name, body):
        properties = pika.BasicProperties(type=name, user_id=AGENT, delivery_mode=2)
        key = f"{kind}.{session.get('partition', 'hello')}.{AGENT}"
        channel.basic_publish("agents.in", key, json.dumps(body), properties)

    def report():
        session["seq"] += 1
        sent_at, load = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), os.getloadavg()[0]
        publish("report", "report", {"agent_id": AGENT, "session": session["session"], "seq": session["seq"],
                                     "sent_at": sent_at, "metrics": {"cpu_percent": load, "memory_mb": 20},
                                     "tasks": [], "issues": [], "security_events": []})
        connection.call_later(session["interval_s"], report)

    def work(task, held):  # in a thread; only the connection's own thread may publish
        try:
            answer = {"outcome": "completed", "tests": run_tests(task, credential, running)}
        except Exception as error:
            problem = {"code": "agent_failed", "message": str(error)[:500], "retryable": True}
            answer = {"outcome": "failed", "error": problem}
        del running[task["task_id"]]
        result = {"outcome": "canceled"} if task["task_id"] in canceled else answer
        connection.add_callback_threadsafe(
            lambda: publish("result", "result", {**held, "artefacts": [], **result}))

    def keep_on(held, every):  # keeps the lease until the task is over, and ends the tests of a canceled one
        tests = running.get(held["task_id"])
        if held["task_id"] in canceled and tests and tests.poll() is None:
            os.killpg(tests.pid, signal.SIGKILL)
        if held["task_id"] in running:
            publish("result", "progress", {**held, "progress": 0.5, "step": "tests", "counter": 1})
            connection.call_later(every, lambda: keep_on(held, every))

    def receive(_channel, method, properties, body):
        channel.basic_ack(method.delivery_tag)  # at once: the orchestrator holds the truth
        message = json.loads(body)
        names = ("agent_id", "task_id", "attempt", "fencing_token")
        held = {name: message[name] for name in names if name in message}
        if properties.type == "welcome":
            session.update(message, seq=0)
            report()
        elif properties.type == "task":
            running[held["task_id"]] = None
            publish("result", "task_accepted", held)
            threading.Thread(target=work, args=(message, held), daemon=True).start()
            keep_on(held, message["heartbeat_s"])
        elif properties.type == "cancel":
            canceled.add(held["task_id"])
            keep_on(held, 0.5)

    channel.basic_consume(broker["queue"], receive)
    publish("event", "hello", {"protocol": 1, "agent_ids": [AGENT]})
    print(AGENT, "is online", flush=True)
    channel.start_consuming()


if __name__ == "__main__":
    main()
