"""A window to drag files from: dragsource.py FILE... Prints "ready" once it is shown and "dropped" when a drop has ended.

It is the other program of the window's end-to-end test: GTK speaks XDND as file managers do.
"""
import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

uris = [pathlib.Path(p).absolute().as_uri() for p in sys.argv[1:]]

window = Gtk.Window(title="Drag source")
window.set_default_size(240, 80)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label=f"{len(uris)} files"))
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-data-get", lambda _w, _c, selection, _i, _t: selection.set_uris(uris))
handle.connect("drag-end", lambda *_: print("dropped", flush=True))
window.add(handle)
window.connect("destroy", Gtk.main_quit)
window.connect("map-event", lambda *_: GLib.idle_add(lambda: print("ready", flush=True)))
window.show_all()
Gtk.main()
