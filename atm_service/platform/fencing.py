"""The fence: nobody is told of what a failover could take back.

A commit waits for the synchronous standby, where there is one; a plain read does not. So a read may see what is kept on
this server alone: after a wait that was cut short, or a restart of a primary that its standby has left. A transaction
that writes a message into the journal waits as the commit did, and after it stands all that it can have seen
(docs/decisions/0056-fenced-reads.md).
"""

from typing import Final

from sqlalchemy import Connection, text

# Judged by the very connection that commits, so that a change of the setting reaches fence and payment alike.
_FENCE: Final = text("""
    SELECT CASE WHEN current_setting('synchronous_standby_names') <> '' THEN
        pg_logical_emit_message(true, 'fence', '')
    END
""")


def fence(session: Connection) -> None:
    """Make this transaction's commit wait for the standby, though it only reads. Without one it writes nothing."""
    session.execute(_FENCE)
