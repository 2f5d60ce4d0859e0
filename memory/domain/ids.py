"""Names for the numbers that identify our rows; every one is a database bigint."""

from typing import NewType

TenantId = NewType("TenantId", int)
BrandId = NewType("BrandId", int)
MemberId = NewType("MemberId", int)
DeputyId = NewType("DeputyId", int)
ConversationId = NewType("ConversationId", int)
MessageId = NewType("MessageId", int)
TurnId = NewType("TurnId", int)
CreatorId = NewType("CreatorId", int)
ProductId = NewType("ProductId", int)
ShortlistId = NewType("ShortlistId", int)
BatchId = NewType("BatchId", int)
DraftId = NewType("DraftId", int)
VersionId = NewType("VersionId", int)
PresentationId = NewType("PresentationId", int)
StepId = NewType("StepId", int)
SendId = NewType("SendId", int)
CreatorMessageId = NewType("CreatorMessageId", int)
ImportRunId = NewType("ImportRunId", int)
ChannelId = NewType("ChannelId", int)
