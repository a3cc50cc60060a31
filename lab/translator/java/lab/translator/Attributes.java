package lab.translator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jf.dexlib2.AnnotationVisibility;
import org.jf.dexlib2.iface.Annotation;
import org.jf.dexlib2.iface.AnnotationElement;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.MethodParameter;
import org.jf.dexlib2.iface.value.AnnotationEncodedValue;
import org.jf.dexlib2.iface.value.ArrayEncodedValue;
import org.jf.dexlib2.iface.value.BooleanEncodedValue;
import org.jf.dexlib2.iface.value.ByteEncodedValue;
import org.jf.dexlib2.iface.value.CharEncodedValue;
import org.jf.dexlib2.iface.value.EncodedValue;
import org.jf.dexlib2.iface.value.EnumEncodedValue;
import org.jf.dexlib2.iface.value.IntEncodedValue;
import org.jf.dexlib2.iface.value.MethodEncodedValue;
import org.jf.dexlib2.iface.value.ShortEncodedValue;
import org.jf.dexlib2.iface.value.StringEncodedValue;
import org.jf.dexlib2.iface.value.TypeEncodedValue;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Annotations, and the class-file attributes that dex keeps as annotations of the package
 * dalvik.annotation: generic signatures, thrown exceptions, nesting, defaults ("Dalvik executable format").
 */
final class Attributes {
    private static final String SYSTEM = "Ldalvik/annotation/";

    /** Takes an annotation's descriptor and whether it is visible at run time. */
    interface Place {
        AnnotationVisitor visit(String descriptor, boolean visible);
    }

    private final Map<String, ClassDef> classes;

    Attributes(Map<String, ClassDef> classes) {
        this.classes = classes;
    }

    private static Map<String, EncodedValue> system(Set<? extends Annotation> annotations, String kind) {
        for (Annotation annotation : annotations) {
            if (annotation.getType().equals(SYSTEM + kind + ";")) {
                Map<String, EncodedValue> elements = new LinkedHashMap<>();
                for (AnnotationElement element : annotation.getElements()) {
                    elements.put(element.getName(), element.getValue());
                }
                return elements;
            }
        }
        return null;
    }

    private static List<String> texts(EncodedValue value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof ArrayEncodedValue) {
            for (EncodedValue part : ((ArrayEncodedValue) value).getValue()) {
                if (part instanceof StringEncodedValue) {
                    texts.add(((StringEncodedValue) part).getValue());
                } else if (part instanceof TypeEncodedValue) {
                    texts.add(Hierarchy.internal(((TypeEncodedValue) part).getValue()));
                }
            }
        }
        return texts;
    }

    /** The generic signature, or null. */
    String signature(Set<? extends Annotation> annotations) {
        Map<String, EncodedValue> found = system(annotations, "Signature");
        return found == null ? null : String.join("", texts(found.get("value")));
    }

    /** The exceptions a method declares, or null. */
    String[] exceptions(Set<? extends Annotation> annotations) {
        Map<String, EncodedValue> found = system(annotations, "Throws");
        return found == null ? null : texts(found.get("value")).toArray(new String[0]);
    }

    void write(Set<? extends Annotation> annotations, Place place) {
        for (Annotation annotation : annotations) {
            if (annotation.getVisibility() != AnnotationVisibility.SYSTEM) {
                AnnotationVisitor out = place.visit(annotation.getType(), annotation.getVisibility() == AnnotationVisibility.RUNTIME);
                writeElements(out, annotation.getElements());
                out.visitEnd();
            }
        }
    }

    private void writeElements(AnnotationVisitor out, Set<? extends AnnotationElement> elements) {
        for (AnnotationElement element : elements) {
            writeValue(out, element.getName(), element.getValue());
        }
    }

    private void writeValue(AnnotationVisitor out, String name, EncodedValue value) {
        if (value instanceof EnumEncodedValue) {
            out.visitEnum(name, ((EnumEncodedValue) value).getValue().getType(), ((EnumEncodedValue) value).getValue().getName());
        } else if (value instanceof TypeEncodedValue) {
            out.visit(name, Type.getType(((TypeEncodedValue) value).getValue()));
        } else if (value instanceof AnnotationEncodedValue) {
            AnnotationVisitor inner = out.visitAnnotation(name, ((AnnotationEncodedValue) value).getType());
            writeElements(inner, ((AnnotationEncodedValue) value).getElements());
            inner.visitEnd();
        } else if (value instanceof ArrayEncodedValue) {
            AnnotationVisitor inner = out.visitArray(name);
            for (EncodedValue part : ((ArrayEncodedValue) value).getValue()) {
                writeValue(inner, null, part);
            }
            inner.visitEnd();
        } else {
            Object constant = constant(value);
            if (constant != null) {
                out.visit(name, constant);
            }
        }
    }

    private static Object constant(EncodedValue value) {
        if (value instanceof BooleanEncodedValue) {
            return ((BooleanEncodedValue) value).getValue();
        }
        if (value instanceof ByteEncodedValue) {
            return ((ByteEncodedValue) value).getValue();
        }
        if (value instanceof CharEncodedValue) {
            return ((CharEncodedValue) value).getValue();
        }
        if (value instanceof ShortEncodedValue) {
            return ((ShortEncodedValue) value).getValue();
        }
        if (value instanceof IntEncodedValue) {
            return ((IntEncodedValue) value).getValue();
        }
        for (String type : new String[] {"Ljava/lang/String;", "J", "F", "D"}) {
            Object found = InitialValue.of(value, type);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    void writeMethod(ClassDef owner, Method method, MethodVisitor out) {
        write(method.getAnnotations(), out::visitAnnotation);
        int number = 0;
        for (MethodParameter parameter : method.getParameters()) {
            int index = number++;
            write(parameter.getAnnotations(), (type, visible) -> out.visitParameterAnnotation(index, type, visible));
        }
        Map<String, EncodedValue> defaults = system(owner.getAnnotations(), "AnnotationDefault");
        if (defaults != null && defaults.get("value") instanceof AnnotationEncodedValue) {
            for (AnnotationElement element : ((AnnotationEncodedValue) defaults.get("value")).getElements()) {
                if (element.getName().equals(method.getName())) {
                    AnnotationVisitor value = out.visitAnnotationDefault();
                    writeValue(value, null, element.getValue());
                    value.visitEnd();
                }
            }
        }
    }

    void writeClass(ClassDef source, ClassWriter out) {
        writeNesting(source, out);
        write(source.getAnnotations(), out::visitAnnotation);
        Set<String> listed = new java.util.HashSet<>();
        String name = Hierarchy.internal(source.getType());
        writeInner(source, name, out, listed);
        Map<String, EncodedValue> members = system(source.getAnnotations(), "MemberClasses");
        if (members != null) {
            for (String member : texts(members.get("value"))) {
                ClassDef inner = classes.get(member);
                if (inner != null) {
                    writeInner(inner, member, out, listed);
                }
            }
        }
    }

    private void writeNesting(ClassDef source, ClassWriter out) {
        Map<String, EncodedValue> enclosing = system(source.getAnnotations(), "EnclosingMethod");
        if (enclosing != null && enclosing.get("value") instanceof MethodEncodedValue) {
            org.jf.dexlib2.iface.reference.MethodReference method = ((MethodEncodedValue) enclosing.get("value")).getValue();
            out.visitOuterClass(Hierarchy.internal(method.getDefiningClass()), method.getName(),
                Registers.descriptor(method.getParameterTypes(), method.getReturnType()));
            return;
        }
        // A class inside an initialiser: no method, but not a member either.
        Map<String, EncodedValue> outer = system(source.getAnnotations(), "EnclosingClass");
        String name = Hierarchy.internal(source.getType());
        if (outer != null && outer.get("value") instanceof TypeEncodedValue && memberOf(source, name) == null) {
            out.visitOuterClass(Hierarchy.internal(((TypeEncodedValue) outer.get("value")).getValue()), null, null);
        }
    }

    /** The class that lists this one as a member. Reflection refuses nesting that only one side knows of. */
    private String memberOf(ClassDef inner, String name) {
        Map<String, EncodedValue> enclosing = system(inner.getAnnotations(), "EnclosingClass");
        if (enclosing == null || !(enclosing.get("value") instanceof TypeEncodedValue)) {
            return null;
        }
        String outer = Hierarchy.internal(((TypeEncodedValue) enclosing.get("value")).getValue());
        ClassDef outerClass = classes.get(outer);
        if (outerClass == null) {
            return null;
        }
        Map<String, EncodedValue> members = system(outerClass.getAnnotations(), "MemberClasses");
        return members != null && texts(members.get("value")).contains(name) ? outer : null;
    }

    private void writeInner(ClassDef inner, String name, ClassWriter out, Set<String> listed) {
        Map<String, EncodedValue> facts = system(inner.getAnnotations(), "InnerClass");
        if (facts == null || !listed.add(name)) {
            return;
        }
        String simple = facts.get("name") instanceof StringEncodedValue ? ((StringEncodedValue) facts.get("name")).getValue() : null;
        int access = facts.get("accessFlags") instanceof IntEncodedValue ? ((IntEncodedValue) facts.get("accessFlags")).getValue() : 0;
        out.visitInnerClass(name, memberOf(inner, name), simple, access & ~Opcodes.ACC_SUPER & 0xFFFF);
    }
}
