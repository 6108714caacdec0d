"""What a user of asyncua does with the controller: argument 1 is its host, argument 2 its port."""

import asyncio
import datetime
import logging
import sys

from asyncua import Client, ua
from asyncua.ua.ua_binary import struct_from_binary

# What the client says of services that are refused on purpose.
logging.disable(logging.CRITICAL)
URL = f"opc.tcp://{sys.argv[1]}:{sys.argv[2]}"
NONE = "http://opcfoundation.org/UA/SecurityPolicy#None"


def tag(name):
    return f"ns=2;s=STS07/{name}"


async def refused(call, *codes):
    """The call is refused with one of these statuses."""
    try:
        await call
    except ua.UaStatusCodeError as error:
        assert error.code in codes, error
    else:
        raise AssertionError(f"not refused with {codes}")


async def discovery():
    client = Client(URL)
    (endpoint,) = await client.connect_and_get_server_endpoints()
    assert endpoint.SecurityPolicyUri == NONE and endpoint.SecurityMode == ua.MessageSecurityMode.None_
    assert endpoint.EndpointUrl == URL, endpoint.EndpointUrl
    kinds = [token.TokenType for token in endpoint.UserIdentityTokens]
    assert kinds == [ua.UserTokenType.Anonymous, ua.UserTokenType.UserName], kinds
    (server,) = await client.connect_and_find_servers()
    assert server.ApplicationUri == "urn:quaywatch:twin:STS07", server


async def users():
    """Nobody has to show who he is; whoever does has to know the password."""
    client = Client(URL)
    client.set_user("engineer")
    client.set_password("whatever")
    try:
        await client.connect()
        raise AssertionError("a wrong password was taken")
    except ua.uaerrors.BadUserAccessDenied:
        await client.disconnect()
    client = Client(URL)
    client.set_user("engineer")
    client.set_password("quayside")
    async with client:
        assert await client.get_node(tag("Load/Net")).read_value() == ua.Float(30.479999542236328)


async def reading(client):
    assert await client.get_namespace_index("urn:quaywatch:crane") == 2
    state = client.get_node(ua.ObjectIds.Server_ServerStatus_State)
    assert await state.read_value() == ua.ServerState.Running
    now = await client.get_node(ua.ObjectIds.Server_ServerStatus_CurrentTime).read_value()
    status = await client.get_node(ua.ObjectIds.Server_ServerStatus).read_value()
    assert status.BuildInfo.ManufacturerName == "Quaywatch" and status.StartTime <= now <= status.CurrentTime
    load = client.get_node(tag("Load/Net"))
    value = await load.read_data_value()
    assert value.Value.VariantType == ua.VariantType.Float and value.SourceTimestamp
    assert await load.read_data_type() == ua.NodeId(ua.ObjectIds.Float)
    assert (await load.read_browse_name()).to_string() == "2:Net"
    assert (await load.read_display_name()).Text == "Net"
    assert (await load.read_description()).Text == "-2 to 75 t"
    assert await load.read_node_class() == ua.NodeClass.Variable
    assert await load.read_value_rank() == ua.ValueRank.Scalar
    assert await load.get_access_level() == {ua.AccessLevel.CurrentRead}
    par = client.get_node(tag("Par/SWL"))
    assert await par.get_user_access_level() == {ua.AccessLevel.CurrentRead, ua.AccessLevel.CurrentWrite}
    assert await client.get_node(tag("Hoist/BrkOpen")).read_value() is True
    time = await client.get_node(tag("Time/Plc")).read_value()
    assert time == datetime.datetime(2026, 11, 30, 22, 15, 0, 120000, tzinfo=time.tzinfo), time
    assert await client.get_node(tag("Job/Cntr")).read_value() == "MSKU1234565"
    await refused(client.get_node(tag("Nope")).read_value(), ua.StatusCodes.BadNodeIdUnknown)
    await refused(client.nodes.objects.read_value(), ua.StatusCodes.BadAttributeIdInvalid)
    now = datetime.datetime.now(datetime.timezone.utc)
    await refused(load.read_raw_history(now, now, 1), ua.StatusCodes.BadHistoryOperationUnsupported)


async def writing(client):
    for name, value in (
        ("Par/OverloadPct", ua.Variant(150.0, ua.VariantType.Float)),
        ("Job/OrderId", ua.Variant(4711, ua.VariantType.Int32)),
        ("Job/Cntr", ua.Variant("CSQU3054383", ua.VariantType.String)),
        ("Cmd/AntiSwayOn", ua.Variant(True, ua.VariantType.Boolean)),
    ):
        node = client.get_node(tag(name))
        await node.write_value(value)
        assert await node.read_value() == value.Value
    number = ua.Variant(1.0, ua.VariantType.Float)
    await refused(client.get_node(tag("Load/Net")).write_value(number), ua.StatusCodes.BadNotWritable)
    par = client.get_node(tag("Par/SWL"))
    for wrong in (ua.Variant(1.0, ua.VariantType.Double), ua.Variant([1.0], ua.VariantType.Float)):
        await refused(par.write_value(wrong), ua.StatusCodes.BadTypeMismatch)
    long = ua.Variant("CSQU30543832", ua.VariantType.String)
    await refused(client.get_node(tag("Job/Cntr")).write_value(long), ua.StatusCodes.BadOutOfRange)
    name = ua.DataValue(ua.Variant("x", ua.VariantType.String))
    await refused(par.write_attribute(ua.AttributeIds.DisplayName, name), ua.StatusCodes.BadNotWritable)


async def walk(node, seen):
    """Every node that can be come to from above, once."""
    for child in await node.get_children():
        if child.nodeid not in seen:
            seen[child.nodeid] = await child.read_browse_name()
            await walk(child, seen)


async def browsing(client):
    seen = {}
    await walk(client.nodes.root, seen)
    strings = {node.Identifier for node in seen if node.NamespaceIndex == 2}
    assert len([node for node in strings if node.count("/") == 2]) >= 126, len(strings)
    for node, name in seen.items():
        if node.NamespaceIndex == 0:
            known = ua.ObjectIdNames[node.Identifier]
            assert known.split("_")[-1] in (name.Name, f"{name.Name}Folder"), (known, name)
    system = await client.nodes.objects.get_child(["2:STS07", "2:CraneMotionDeviceSystem"])
    devices = await system.get_child("2:CraneMotionDevices")
    names = [(await device.read_browse_name()).Name for device in await devices.get_children()]
    assert names == ["Hoist", "Trolley", "Gantry", "Boom", "Spreader"], names
    kind = await (await devices.get_children())[0].read_type_definition()
    assert kind == ua.NodeId("CraneMotionDeviceType", 2), kind
    path = ["2:Hoist", "2:PowerTrains", "2:HoistPowerTrain", "2:CraneMotor", "2:ParameterSet", "2:BrakeReleased"]
    assert await (await devices.get_child(path)).read_value() is True
    mode = await system.get_child(["2:ParameterSet", "2:CraneOperationalMode"])
    strings = client.get_node(await mode.read_data_type()).get_child("0:EnumStrings")
    assert [text.Text for text in await (await strings).read_value()][2] == "SEMIAUTOMATIC"
    await refused(devices.get_child("2:Nope"), ua.StatusCodes.BadNoMatch)
    await in_pieces(client)
    nodes = await client.register_nodes([mode])
    assert await nodes[0].read_value() == 2
    await client.unregister_nodes(nodes)


async def in_pieces(client):
    """A browse that is gone on with, and one that is given up."""
    where = ua.BrowseDescription(
        NodeId=ua.NodeId("STS07/Hoist", 2), BrowseDirection=ua.BrowseDirection.Forward, IncludeSubtypes=True,
        NodeClassMask=ua.NodeClass.Variable, ResultMask=ua.BrowseResultMask.All,
    )
    parameters = ua.BrowseParameters(
        View=ua.ViewDescription(), RequestedMaxReferencesPerNode=3, NodesToBrowse=[where],
    )
    (result,) = await client.uaclient.browse(parameters)
    names = [reference.BrowseName.Name for reference in result.References]
    while result.ContinuationPoint:
        more = ua.BrowseNextParameters(False, [result.ContinuationPoint])
        (result,) = await client.uaclient.browse_next(more)
        assert len(result.References) in (1, 2, 3)
        names += [reference.BrowseName.Name for reference in result.References]
    assert names == ["Pos", "Spd", "SpdRef", "Torque", "Power", "MotTemp", "RopeLen", "BrkOpen"], names
    (result,) = await client.uaclient.browse(parameters)
    release = ua.BrowseNextParameters(True, [result.ContinuationPoint])
    assert not (await client.uaclient.browse_next(release))[0].References
    (result,) = await client.uaclient.browse_next(release)
    assert result.StatusCode.value == ua.StatusCodes.BadContinuationPointInvalid


class Heard:
    """What a subscription told."""

    def __init__(self):
        self.queue = asyncio.Queue()

    def datachange_notification(self, node, value, data):
        self.queue.put_nowait((node.nodeid.Identifier, value))

    async def next(self):
        return await asyncio.wait_for(self.queue.get(), 20)


async def subscribing(client):
    heard = Heard()
    subscription = await client.create_subscription(100, heard)
    net, swl = client.get_node(tag("Load/Net")), client.get_node(tag("Par/SWL"))
    await subscription.subscribe_data_change(net)
    assert (await heard.next())[0] == "STS07/Load/Net"
    handle = await subscription.subscribe_data_change(swl)
    assert (await heard.next())[0] == "STS07/Par/SWL"
    # What changes is told without being asked for again.
    for value in (61.5, 62.5):
        await swl.write_value(ua.Variant(value, ua.VariantType.Float))
        assert await heard.next() == ("STS07/Par/SWL", value)
    await client.get_node(tag("Plc/Heartbeat")).read_value()
    await subscription.modify_monitored_item(handle, 500, 5)
    await subscription.set_publishing_mode(False)
    await swl.write_value(ua.Variant(63.5, ua.VariantType.Float))
    await subscription.set_publishing_mode(True)
    assert await heard.next() == ("STS07/Par/SWL", 63.5)
    await subscription.unsubscribe(handle)
    await swl.write_value(ua.Variant(64.5, ua.VariantType.Float))
    absolute = ua.DataChangeFilter(
        Trigger=ua.DataChangeTrigger.StatusValue, DeadbandType=ua.DeadbandType.Absolute, DeadbandValue=1.0,
    )
    request = ua.MonitoredItemCreateRequest(
        ItemToMonitor=ua.ReadValueId(net.nodeid, ua.AttributeIds.Value),
        RequestedParameters=ua.MonitoringParameters(ClientHandle=99, Filter=absolute, QueueSize=1),
    )
    (status,) = await subscription.create_monitored_items([request])
    assert status.value == ua.StatusCodes.BadMonitoredItemFilterUnsupported, status
    modify = ua.ModifySubscriptionParameters(
        SubscriptionId=subscription.subscription_id, RequestedPublishingInterval=250,
        RequestedLifetimeCount=300, RequestedMaxKeepAliveCount=10,
    )
    revised = await client.uaclient.modify_subscription(modify)
    assert (revised.RevisedPublishingInterval, revised.RevisedMaxKeepAliveCount) == (250, 10), revised
    again = republished(client, subscription.subscription_id, 9999)
    await refused(again, ua.StatusCodes.BadMessageNotAvailable)
    await subscription.delete()


async def republished(client, subscription, number):
    """A notification once more. The client has no call for it."""
    parameters = ua.RepublishParameters(SubscriptionId=subscription, RetransmitSequenceNumber=number)
    answer = await client.uaclient.protocol.send_request(ua.RepublishRequest(Parameters=parameters))
    response = struct_from_binary(ua.RepublishResponse, answer)
    response.ResponseHeader.ServiceResult.check()
    return response.NotificationMessage


async def calling(client):
    methods = client.get_node(tag("Methods"))
    stop, reset = client.get_node(tag("Methods/StopAll")), client.get_node(tag("Methods/FaultReset"))
    (argument,) = await (await stop.get_child("0:InputArguments")).read_value()
    assert (argument.Name, argument.DataType) == ("Stop", ua.NodeId(ua.ObjectIds.Boolean)), argument
    assert (await stop.read_attribute(ua.AttributeIds.Executable)).Value.Value is True
    await methods.call_method(stop, True)
    assert await client.get_node(tag("Cmd/StopAll")).read_value() is True
    await methods.call_method(stop, False)
    assert await client.get_node(tag("Cmd/StopAll")).read_value() is False
    await methods.call_method(reset)
    assert await client.get_node(tag("Cmd/FaultReset")).read_value() is True
    await refused(methods.call_method(stop), ua.StatusCodes.BadArgumentsMissing)
    await refused(methods.call_method(reset, 1), ua.StatusCodes.BadTooManyArguments)
    await refused(methods.call_method(stop, ua.Variant(1, ua.VariantType.Int32)), ua.StatusCodes.BadInvalidArgument)
    await refused(client.nodes.objects.call_method(stop, True), ua.StatusCodes.BadMethodInvalid)


async def channel(client):
    """The channel is renewed, and a service that is not there refused."""
    await client.open_secure_channel(renew=True)
    assert await client.get_node(tag("Key/Run")).read_value() is True
    await refused(client.uaclient.add_nodes([ua.AddNodesItem()]), ua.StatusCodes.BadServiceUnsupported)
    assert await client.get_node(tag("Key/Run")).read_value() is True


async def main():
    await discovery()
    await users()
    for step in (reading, writing, browsing, subscribing, calling, channel):
        async with Client(URL) as client:
            await step(client)
        print(step.__name__, "done", flush=True)
    print("all done")


asyncio.run(main())
