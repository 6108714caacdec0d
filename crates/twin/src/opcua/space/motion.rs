//! The crane in the shape of OPC 40020-1 (Cranes and Hoists, part 1): a system of motion devices with their axes, power
//! trains and protective functions. Names are that standard's and, where it takes them over, OPC 40010-1's (Robotics).
//!
//! It is the shape only: nodes have names of the crane's own namespace, not the numbers of the published node set, and
//! what the crane has no signal for is left out. As there, nothing in it can be written.

use super::standard;
use super::value::one;
use super::{CRANE, Class, Id, Place, Source, Space, Variable};
use quaywatch_crane::find;
use quaywatch_protocols::opcua::builtin::Text;
use quaywatch_protocols::opcua::variant::Scalar;

/// `CraneOperationalModeEnum`, in the order of its numbers.
const MODES: [&str; 6] = ["OTHER", "MANUAL", "SEMIAUTOMATIC", "FULLAUTOMATIC", "BYPASS_ON", "MAINTENANCE"];
/// `ProtectiveFunctionEnum` (8.4), in the order of its numbers.
const FUNCTIONS: [&str; 5] =
    ["OTHER", "FORCE_LIMITER", "OVERSPEED_CONTROL", "MOTION_LIMITER", "ANTICOLLISION"];
const OTHER: i32 = 0;
const FORCE_LIMITER: i32 = 1;
const MOTION_LIMITER: i32 = 3;

/// A motion device: of what its axis, its motor and its brake tell, each a name and a signal.
struct Device {
    name: &'static str,
    axis: &'static [(&'static str, &'static str)],
    motor: &'static [(&'static str, &'static str)],
    brake: &'static [(&'static str, &'static str)],
    /// What tells of the device itself.
    own: &'static [(&'static str, &'static str)],
}

const DEVICES: [Device; 5] = [
    Device {
        name: "Hoist",
        axis: &[("ActualPosition", "Hoist.Pos"), ("ActualSpeed", "Hoist.Spd"), ("ActualLoad", "Load.Net")],
        motor: &[
            ("MotorTemperature", "Hoist.MotTemp"),
            ("Torque", "Hoist.Torque"),
            ("Power", "Hoist.Power"),
            ("BrakeReleased", "Hoist.BrkOpen"),
        ],
        brake: &[("BrakeReleased", "Hoist.BrkOpen")],
        own: &[("RopeLength", "Hoist.RopeLen")],
    },
    Device {
        name: "Trolley",
        axis: &[("ActualPosition", "Trolley.Pos"), ("ActualSpeed", "Trolley.Spd")],
        motor: &[
            ("MotorTemperature", "Trolley.MotTemp"),
            ("Torque", "Trolley.Torque"),
            ("BrakeReleased", "Trolley.BrkOpen"),
        ],
        brake: &[("BrakeReleased", "Trolley.BrkOpen")],
        own: &[],
    },
    Device {
        name: "Gantry",
        axis: &[("ActualPosition", "Gantry.Pos"), ("ActualSpeed", "Gantry.Spd")],
        motor: &[("BrakeReleased", "Gantry.BrkOpen")],
        brake: &[("BrakeReleased", "Gantry.BrkOpen")],
        own: &[("StormPinIn", "Storm.PinIn")],
    },
    Device {
        name: "Boom",
        axis: &[("ActualPosition", "Boom.Angle")],
        motor: &[],
        brake: &[],
        own: &[("Latched", "Boom.Latched")],
    },
    Device {
        name: "Spreader",
        axis: &[("ActualPosition", "Spr.Len")],
        motor: &[],
        brake: &[],
        own: &[("Locked", "Spr.Locked"), ("Unlocked", "Spr.Unlocked"), ("Twin", "Spr.Twin")],
    },
];

/// The protective functions: name, kind, the signal that says that it acts.
const PROTECTION: [(&str, i32, &str); 10] = [
    ("Overload", FORCE_LIMITER, "Lim.Overload"),
    ("EccentricLoad", FORCE_LIMITER, "Lim.Ecc"),
    ("Snag", FORCE_LIMITER, "Lim.Snag"),
    ("SlackRope", MOTION_LIMITER, "Lim.SlackRope"),
    ("HoistUp", MOTION_LIMITER, "Lim.HoistUp"),
    ("HoistDown", MOTION_LIMITER, "Lim.HoistDn"),
    ("HoistUpUltimate", MOTION_LIMITER, "Lim.HoistUpUlt"),
    ("TrolleySea", MOTION_LIMITER, "Lim.TrolSea"),
    ("TrolleyLand", MOTION_LIMITER, "Lim.TrolLand"),
    ("Wind", OTHER, "Lim.WindTrip"),
];

/// The types, which say what an object is and no more.
struct Types {
    device: Place,
    axis: Place,
    power_train: Place,
    motor: Place,
    brake: Place,
    function: Place,
}

pub(super) fn build(space: &mut Space, crane: Place) {
    let system_type = object_type(space, "CraneMotionDeviceSystemType");
    let types = Types {
        device: object_type(space, "CraneMotionDeviceType"),
        axis: object_type(space, "CraneAxisType"),
        power_train: object_type(space, "PowerTrainType"),
        motor: object_type(space, "CraneMotorType"),
        brake: object_type(space, "BrakeType"),
        function: object_type(space, "ProtectiveFunctionType"),
    };
    let system = space.object(crane, "CraneMotionDeviceSystem", system_type);
    operational_mode(space, system);
    let devices = space.folder(system, "CraneMotionDevices");
    for device in &DEVICES {
        add_device(space, devices, device, &types);
    }
    protective_functions(space, system, types.function);
}

fn object_type(space: &mut Space, name: &str) -> Place {
    let parent = space.standard(standard::BASE_OBJECT_TYPE);
    space.add(
        Id::text(CRANE, name.to_owned()),
        Class::ObjectType,
        name,
        (Some(parent), standard::HAS_SUBTYPE),
    )
}

fn operational_mode(space: &mut Space, system: Place) {
    let data_type = space.enumeration("CraneOperationalModeEnum", &MODES);
    let parameters = parameter_set(space, system, &[]);
    let source = find("Ctrl.Mode").map_or(Source::None, Source::Choice);
    let (id, name) = (space.below(parameters, "CraneOperationalMode"), "CraneOperationalMode");
    let variable = Variable { data_type, rank: -1, source };
    space.variable(parameters, id, name, standard::BASE_DATA_VARIABLE_TYPE, variable);
}

fn add_device(space: &mut Space, devices: Place, device: &Device, types: &Types) {
    let place = space.object(devices, device.name, types.device);
    parameter_set(space, place, device.own);
    let axes = space.folder(place, "Axes");
    let axis = space.object(axes, &format!("{}Axis", device.name), types.axis);
    parameter_set(space, axis, device.axis);
    let trains = space.folder(place, "PowerTrains");
    if device.motor.is_empty() {
        return;
    }
    let train = space.object(trains, &format!("{}PowerTrain", device.name), types.power_train);
    let motor = space.object(train, "CraneMotor", types.motor);
    parameter_set(space, motor, device.motor);
    let brake = space.object(train, "Brake", types.brake);
    parameter_set(space, brake, device.brake);
}

fn protective_functions(space: &mut Space, system: Place, definition: Place) {
    let data_type = space.enumeration("ProtectiveFunctionEnum", &FUNCTIONS);
    let functions = space.folder(system, "ProtectiveFunctions");
    for (name, kind, signal) in PROTECTION {
        let function = space.object(functions, name, definition);
        let (text, mode) = (one(&Scalar::String(Text::new(name))), one(&Scalar::Int32(kind)));
        let string = space.standard(standard::STRING);
        space.property(function, (CRANE, "Name"), (string, -1), text);
        space.property(function, (CRANE, "ProtectiveFunctionMode"), (data_type, -1), mode);
        parameter_set(space, function, &[("Active", signal)]);
    }
}

/// The object under which OPC 10000-100 puts a component's variables.
fn parameter_set(space: &mut Space, parent: Place, signals: &[(&str, &str)]) -> Place {
    let definition = space.standard(standard::BASE_OBJECT_TYPE);
    let parameters = space.object(parent, "ParameterSet", definition);
    for (name, tag) in signals {
        if let Some(tag) = find(tag) {
            space.signal(parameters, name, tag);
        }
    }
    parameters
}
