"""The ways in and out."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from browser.eyes import Eyes, settled
from browser.product import Place

pytestmark = pytest.mark.xdist_group("browser")

PASSWORD = "four quiet green tents"


def set_password(page: Page, password: str) -> None:
    page.get_by_role("button", name=re.compile("^Account")).click()
    page.get_by_role("menuitem", name="My account").click()
    page.get_by_label("New password").fill(password)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Password set")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Account")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").first.fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_person_sets_a_password_signs_out_and_in_again(eyes: Eyes, demo: Place) -> None:
    email = f"grace-{uuid4().hex[:6]}@example.com"
    page = eyes.open(demo.invite(email, "viewer"))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    set_password(page, PASSWORD)
    sign_out(page)
    eyes.tolerate(401, "/api/v1/session")

    sign_in(page, email, "four quiet red tents")
    expect(page.get_by_role("alert").filter(has_text="the e-mail or the password is wrong")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(email)
    sign_in(page, email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name=f"Account: {email}")).to_be_visible()


def test_a_new_password_that_is_too_short_is_refused_while_typing(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/settings/account")
    page.get_by_label("New password").fill("short")
    expect(page.get_by_text("At least 8 characters", exact=True)).to_be_visible()


def test_a_link_that_was_used_says_so_and_shows_the_other_way_in(eyes: Eyes, demo: Place, used_link: str) -> None:
    eyes.tolerate(401, "/api/v1/session/link")
    page = eyes.open(used_link)
    expect(page.get_by_role("alert")).to_contain_text("the sign-in link was used already or is older than 24 hours")
    page.get_by_role("link", name="Sign in with a password").click()
    expect(page.get_by_label("Email")).to_be_visible()


def test_who_is_not_signed_in_comes_back_to_the_page_asked_for(eyes: Eyes, demo: Place) -> None:
    eyes.tolerate(401, "/api/v1/session")
    email = f"mary-{uuid4().hex[:6]}@example.com"
    page = eyes.open(demo.invite(email, "viewer"))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    set_password(page, PASSWORD)
    asked = demo.address("/calls", {"range": "7d", "status": "error"})
    later = eyes.open(asked)
    sign_in(later, email, PASSWORD)
    expect(later.get_by_role("heading", name="Calls", level=1)).to_be_visible()
    expect(later).to_have_url(asked)


def test_signing_out_ends_the_session_everywhere_in_the_browser(eyes: Eyes, demo: Place) -> None:
    eyes.tolerate(401, "/api/v1/session")
    page = eyes.open(demo.invite(f"joan-{uuid4().hex[:6]}@example.com", "viewer"))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    settled(page)  # what is asked after the session has ended is refused
    sign_out(page)
    page.goto(demo.address("/calls"))
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_project_that_is_not_ones_own_is_not_shown(eyes: Eyes, demo: Place, own: Place) -> None:
    page = eyes.open(demo.invite(f"annie-{uuid4().hex[:6]}@example.com", "viewer"))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto(own.address("/"))
    expect(page.get_by_text("You are not a member of this project")).to_be_visible()
    page.get_by_role("link", name=f"Open {demo.name}").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
