"""One room a group of screens. A view reads a form, calls one verb of the services and shows a page; no rule of the field lives here."""
