import pytest, re
from tests.web.conftest import *
from services.web.routes import returns
from domain.kernel import Role
def test_x(demonstration, signed_in_as, counted):
    demonstration.mount(returns)
    c = signed_in_as(Role.FINANCE)
    with counted() as st: c.get("/returns/2017-18-h1/compare")
    for s in st: print("----", re.sub(r"\s+"," ",s)[:60], "...FROM", re.sub(r"\s+"," ",s).partition(" FROM ")[2][:250])
