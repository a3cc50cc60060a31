package lab.browser;

import java.util.Map;
import java.util.Set;
import lab.boot.web.Embedder;
import org.htmlunit.WebWindow;
import org.htmlunit.corejs.javascript.BaseFunction;
import org.htmlunit.corejs.javascript.Context;
import org.htmlunit.corejs.javascript.NativeArray;
import org.htmlunit.corejs.javascript.ScriptRuntime;
import org.htmlunit.corejs.javascript.Scriptable;
import org.htmlunit.corejs.javascript.ScriptableObject;
import org.htmlunit.corejs.javascript.Undefined;
import org.htmlunit.corejs.javascript.VarScope;
import org.htmlunit.javascript.HtmlUnitScriptable;
import org.htmlunit.javascript.JavaScriptEngine;

/**
 * The objects that an app gives its pages by addJavascriptInterface, as properties of a page's window. Numbers,
 * texts, booleans and lists of these cross over; anything else arrives as null.
 */
final class Bridge extends BaseFunction {
  private static final long serialVersionUID = 1;

  private final transient Embedder embedder;
  private final String object;
  private final String method;

  private Bridge(VarScope scope, Embedder embedder, String object, String method) {
    super(scope);
    this.embedder = embedder;
    this.object = object;
    this.method = method;
  }

  /** Before the first script of a page runs. */
  static void install(TabClient client, WebWindow window, Embedder embedder) {
    Map<String, Set<String>> objects = embedder.bridges();
    if (objects.isEmpty()) {
      return;
    }
    HtmlUnitScriptable global = window.getScriptableObject();
    VarScope scope = global.getParentScope();
    ((JavaScriptEngine) client.getJavaScriptEngine()).getContextFactory().call(
        context -> {
          objects.forEach(
              (name, methods) -> {
                Scriptable made = context.newObject(scope);
                for (String method : methods) {
                  ScriptableObject.putProperty(made, method, new Bridge(scope, embedder, name, method));
                }
                ScriptableObject.putProperty(global, name, made);
              });
          return null;
        });
  }

  /** A text as a literal of JavaScript. */
  static String quoted(String text) {
    StringBuilder literal = new StringBuilder("\"");
    for (char one : text.toCharArray()) {
      if (one < ' ' || one == '"' || one == '\\' || one > '~') {
        literal.append(String.format("\\u%04x", (int) one));
      } else {
        literal.append(one);
      }
    }
    return literal.append('"').toString();
  }

  @Override
  public Object call(Context context, Object target, VarScope scope, Object self, Object[] arguments) {
    Object[] given = new Object[arguments.length];
    for (int i = 0; i < given.length; i++) {
      given[i] = fromPage(arguments[i]);
    }
    Object result;
    try {
      result = embedder.bridge(object, method, given);
    } catch (Exception e) {
      throw ScriptRuntime.constructError("Error", "Java exception was raised during method invocation");
    }
    if (result == null) {
      return Undefined.instance;
    }
    return result instanceof Number ? (Object) ((Number) result).doubleValue() : result;
  }

  private static Object fromPage(Object value) {
    if (value instanceof CharSequence) {
      return value.toString();
    }
    if (value instanceof Number || value instanceof Boolean) {
      return value;
    }
    if (value instanceof NativeArray) {
      NativeArray array = (NativeArray) value;
      Object[] list = new Object[(int) array.getLength()];
      for (int i = 0; i < list.length; i++) {
        list[i] = fromPage(array.get(i, array));
      }
      return list;
    }
    return null;
  }
}
