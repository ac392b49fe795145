"""A window to drag files from: dragsource.py [--die] FILE... Prints "ready" once it is shown and "dropped" when a drop has ended.

What contains :// is an address and dragged as it is. With --die the list is so long that it is sent in pieces, and the program
ends once it is asked for it.

It is the other program of the window's end-to-end test: GTK speaks XDND as file managers do.
"""
import os
import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

dies = sys.argv[1:2] == ["--die"]
uris = [p if "://" in p else pathlib.Path(p).absolute().as_uri() for p in sys.argv[1 + dies:]]
if dies:
    uris *= 50000


def give(_widget, _context, selection, _info, _time):
    selection.set_uris(uris)
    if dies:
        GLib.idle_add(lambda: os._exit(0))


window = Gtk.Window(title="Drag source")
window.set_default_size(240, 80)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label=f"{len(uris)} files"))
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-data-get", give)
handle.connect("drag-end", lambda *_: print("dropped", flush=True))
window.add(handle)
window.connect("destroy", Gtk.main_quit)
window.connect("map-event", lambda *_: GLib.idle_add(lambda: print("ready", flush=True)))
window.show_all()
Gtk.main()
